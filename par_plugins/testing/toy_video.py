"""Toy pedestrians who walk past each other in a video, with where they are."""

import csv
from pathlib import Path

import cv2
import numpy as np

from par_plugins.testing.toy_pedestrians import ToyPedestrians

SIZE = (96, 160)  # height, width of a frame
RATE = 10.0
SHAPE = (64, 32)  # of a person


def write_video(
    path: str | Path, num_frames: int = 30, num_people: int = 2, seed: int = 0
) -> np.ndarray:
    """Write frames in which people walk side by side.

    Args:
        path: An ``.avi`` file.
        num_frames: Ten of them a second.
        num_people: Who are in all of them.
        seed: Of the toy world.

    Returns:
        Boxes ``(num_frames, num_people, 4)``.
    """
    people = ToyPedestrians(num_people, seed=seed, images_per_identity=1)
    figures = [cv2.resize(people.image(number), SHAPE[::-1]) for number in range(num_people)]
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*'MJPG'), RATE, SIZE[::-1])
    boxes = np.zeros((num_frames, num_people, 4))
    for frame in range(num_frames):
        image = np.full((*SIZE, 3), 90, np.uint8)
        for number, figure in enumerate(figures):
            left = 5 + 70 * number + frame
            image[20 : 20 + SHAPE[0], left : left + SHAPE[1]] = figure
            boxes[frame, number] = left, 20, left + SHAPE[1], 20 + SHAPE[0]
        writer.write(image)
    writer.release()
    return boxes


def write_boxes(path: Path, boxes: np.ndarray, *, tracks: bool = True) -> None:
    """Write boxes as the table that a detector of the form ``boxes:FILE`` reads.

    Args:
        path: A ``.csv`` file.
        boxes: ``(F, N, 4)`` of each frame.
        tracks: Whether it says who is who.
    """
    with path.open('w', newline='', encoding='utf-8') as file:
        rows = csv.writer(file)
        rows.writerow(['frame', 'left', 'top', 'right', 'bottom', 'score', 'track'])
        for frame, people in enumerate(boxes):
            for number, box in enumerate(people):
                rows.writerow([frame, *box, 0.6, number + 1 if tracks else -1])
