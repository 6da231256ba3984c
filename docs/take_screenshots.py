"""Take the pictures of the pages: generated people on the page of `par web`, in Debian's Chromium.

python docs/take_screenshots.py --model MODEL [--weights FILE]
"""

import argparse
import shutil
import socket
import tempfile
import threading
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import uvicorn
from playwright.sync_api import Page, sync_playwright

from par_plugins.inference import AttributeInferencer
from par_plugins.inference.detectors import PersonBoxes
from par_plugins.inference.frame import Frame
from par_plugins.testing import ToyPedestrians
from par_plugins.web import create_app

IMAGES = Path(__file__).with_name('images')
SIZE = (1280, 560)  # width, height of the scene
PEOPLE = 5
RATE, FRAMES = 10, 40


@dataclass
class Placed:
    """Generated people who walk over a square, and a detector that knows where they are."""

    figures: list[np.ndarray]

    def boxes(self, number: int) -> np.ndarray:
        """Return the boxes ``(N, 4)`` in a frame, in whole pixels."""
        boxes = []
        for place, figure in enumerate(self.figures):
            height, width = figure.shape[:2]
            left = round(40 + place * (SIZE[0] - 80) / len(self.figures) + number * (-1) ** place)
            top = SIZE[1] - 40 - height - 25 * (place % 2)
            boxes.append([left, top, left + width, top + height])
        return np.array(boxes, float)

    def image(self, number: int) -> np.ndarray:
        """Draw a frame."""
        shade = np.linspace(215, 150, SIZE[1])[:, None, None]
        image = np.broadcast_to(shade, (SIZE[1], SIZE[0], 3)).astype(np.uint8).copy()
        for figure, box in zip(self.figures, self.boxes(number).astype(int), strict=True):
            image[box[1] : box[3], box[0] : box[2]] = figure
        return image

    def detect(self, frame: Frame) -> PersonBoxes:
        """Find the people of a frame; of a picture, those of the first."""
        boxes = self.boxes(frame.number)
        return PersonBoxes(boxes, np.full(len(boxes), 0.9), np.arange(1, len(boxes) + 1))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('--model', required=True)
    parser.add_argument('--weights')
    args = parser.parse_args()
    people = ToyPedestrians(2 * PEOPLE, seed=3, difficulty=0.3, image_size=(384, 192))
    placed = Placed([people.image(2 * number) for number in range(PEOPLE)])
    app = create_app(AttributeInferencer(args.model, args.weights, detector=placed))
    listening = socket.create_server(('127.0.0.1', 0))
    server = uvicorn.Server(uvicorn.Config(app, log_level='error'))
    thread = threading.Thread(target=server.run, kwargs={'sockets': [listening]})
    thread.start()
    IMAGES.mkdir(exist_ok=True)
    try:
        with tempfile.TemporaryDirectory() as folder, sync_playwright() as started:
            browser = started.chromium.launch(
                executable_path=shutil.which('chromium'), args=['--no-sandbox']
            )
            page = browser.new_page(viewport={'width': 1180, 'height': 800})
            page.set_default_timeout(300_000)
            page.goto(f'http://127.0.0.1:{listening.getsockname()[1]}')
            take_all(page, placed, Path(folder))
            browser.close()
    finally:
        server.should_exit = True
        thread.join()


def take_all(page: Page, placed: Placed, folder: Path) -> None:
    """Take one picture of each view."""
    cv2.imwrite(str(folder / 'square.png'), placed.image(0))
    page.set_input_files('#picture-files', str(folder / 'square.png'))
    page.wait_for_selector('#answers tbody tr')
    page.locator('#scene button').nth(2).click()
    page.locator('#answers button').first.click()
    page.wait_for_selector('#why:not([hidden])')
    page.screenshot(path=IMAGES / 'web_pictures.png')
    page.emulate_media(color_scheme='dark')
    page.set_viewport_size({'width': 390, 'height': 760})
    page.screenshot(path=IMAGES / 'web_phone.png')
    page.emulate_media(color_scheme='light')
    page.set_viewport_size({'width': 1180, 'height': 700})
    writer = cv2.VideoWriter(str(folder / 'walk.avi'), cv2.VideoWriter.fourcc(*'MJPG'), RATE, SIZE)
    for number in range(FRAMES):
        writer.write(placed.image(number))
    writer.release()
    page.get_by_role('link', name='Video').click()
    page.set_input_files('#video-file', str(folder / 'walk.avi'))
    page.wait_for_selector('#timeline button')
    page.locator('#timeline button').nth(1).click()
    page.screenshot(path=IMAGES / 'web_video.png')
    page.get_by_role('link', name='Model').click()
    page.wait_for_selector('#model-table tbody tr')
    page.screenshot(path=IMAGES / 'web_model.png')


if __name__ == '__main__':
    main()
