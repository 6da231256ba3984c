"""Put a toy pedestrian before a camera: background, occlusion, light, blur, resolution, noise.

All that makes a picture hard grows with one number, the difficulty; the random numbers behind it do
not depend on it, so two difficulties show the same person in the same pose at the same place.
"""

import cv2
import numpy as np

from par_plugins.testing.toy_appearance import ToyPedestrian
from par_plugins.testing.toy_figure import Pose, draw_figure
from par_plugins.testing.toy_random import Stream, generator

# Figures are drawn on a canvas of this height and then shrunk to the size of the picture.
CANVAS_HEIGHT = 256

CLUTTER_BOXES = 8

# At difficulty 1.
CLUTTER_CONTRAST = 60.0
OCCLUSION_PROBABILITY = 0.35
OCCLUDED_SHARE = 0.3  # largest side of the occluder over the picture's
LIGHT_DEVIATION = 0.25  # standard deviation of the logarithm of the gain
TINT_DEVIATION = 0.1  # the same, per channel
BLUR_SIGMA = 0.8  # pixels, largest
SHRINKING = 1.2  # largest factor of the loss of resolution, less 1
NOISE_DEVIATION = 12.0  # grey values
JPEG_QUALITY_LOSS = 30
BEST_JPEG_QUALITY = 95
WORST_JPEG_QUALITY = 10


def jpeg_quality(difficulty: float) -> int:
    return max(WORST_JPEG_QUALITY, round(BEST_JPEG_QUALITY - JPEG_QUALITY_LOSS * difficulty))


def render(
    pedestrian: ToyPedestrian, *, seed: int, shot: int, difficulty: float, size: tuple[int, int]
) -> np.ndarray:
    """Render one sighting.

    Args:
        pedestrian: Who is seen, from where and by which camera.
        seed: Of the toy world; decides, with identity and shot, all that is random here.
        shot: Number of the identity's image.
        difficulty: 0 is clean, 1 the benchmark's default, more is harder.
        size: Height and width of the picture, in pixels.

    Returns:
        (H, W, 3) uint8, blue-green-red.
    """
    rng = generator(seed, Stream.PICTURE, pedestrian.identity, shot)
    camera = generator(seed, Stream.CAMERA, pedestrian.camid)
    height, width = size
    canvas = _background((CANVAS_HEIGHT, round(CANVAS_HEIGHT * width / height)), camera)
    _clutter(canvas, rng, difficulty)
    draw_figure(canvas, pedestrian, _pose(rng))
    _occlude(canvas, rng, difficulty)
    image = cv2.resize(canvas, (width, height), interpolation=cv2.INTER_AREA)
    image = _defocus(image, rng, difficulty)
    return _expose(image, rng, camera, difficulty)


def _pose(rng: np.random.Generator) -> Pose:
    step, swing, height, shift_x, shift_y = rng.uniform(
        (-1, -1, 0.84, -0.03, 0.02), (1, 1, 0.95, 0.03, 0.05)
    )
    return Pose(1 if rng.random() < 0.5 else -1, step, swing, height, shift_x, shift_y)


def _background(shape: tuple[int, int], camera: np.random.Generator) -> np.ndarray:
    """A wall and the ground, as the camera always sees them."""
    wall, ground = camera.uniform(90, 200, (2, 1)) + camera.uniform(-20, 20, (2, 3))
    canvas = np.empty((*shape, 3), dtype=np.uint8)
    horizon = round(shape[0] * camera.uniform(0.45, 0.75))
    canvas[:horizon] = wall
    canvas[horizon:] = ground
    return canvas


def _clutter(canvas: np.ndarray, rng: np.random.Generator, difficulty: float) -> None:
    """Boxes behind the pedestrian."""
    height, width = canvas.shape[:2]
    centres = (rng.random((CLUTTER_BOXES, 2)) * (width, height)).astype(int).tolist()
    halves = (rng.uniform(0.02, 0.2, (CLUTTER_BOXES, 2)) * height).astype(int).tolist()
    contrasts = rng.uniform(-1, 1, (CLUTTER_BOXES, 1)) + rng.uniform(-0.4, 0.4, (CLUTTER_BOXES, 3))
    contrasts *= CLUTTER_CONTRAST * difficulty
    for (x, y), (half_x, half_y), contrast in zip(centres, halves, contrasts, strict=True):
        box = canvas[max(0, y - half_y) : y + half_y, max(0, x - half_x) : x + half_x]
        cv2.add(box, np.append(contrast, 0), dst=box)


def _occlude(canvas: np.ndarray, rng: np.random.Generator, difficulty: float) -> None:
    """A box before the pedestrian, sometimes."""
    height, width = canvas.shape[:2]
    happens = rng.random() < OCCLUSION_PROBABILITY * difficulty
    centre = rng.random(2) * (width, height)
    half = rng.uniform(0.3, 1, 2) * 0.5 * OCCLUDED_SHARE * difficulty * height
    color = (rng.uniform(60, 200) + rng.uniform(-50, 50, 3)).tolist()
    if happens:
        start, end = (centre - half).astype(int), (centre + half).astype(int)
        cv2.rectangle(canvas, start.tolist(), end.tolist(), color, -1)


def _defocus(image: np.ndarray, rng: np.random.Generator, difficulty: float) -> np.ndarray:
    """Blur and lose resolution."""
    height, width = image.shape[:2]
    sigma, shrinking = rng.random(2) * difficulty * (BLUR_SIGMA, SHRINKING)
    if sigma > 0:
        image = cv2.GaussianBlur(image, (0, 0), sigma)
    if shrinking > 0:
        small = (max(1, round(width / (1 + shrinking))), max(1, round(height / (1 + shrinking))))
        image = cv2.resize(image, small, interpolation=cv2.INTER_AREA)
        image = cv2.resize(image, (width, height), interpolation=cv2.INTER_LINEAR)
    return image


def _expose(
    image: np.ndarray, rng: np.random.Generator, camera: np.random.Generator, difficulty: float
) -> np.ndarray:
    """Light, the camera's and the picture's tint, and noise."""
    tint = TINT_DEVIATION * (camera.standard_normal(3) + rng.standard_normal(3))
    gain = np.exp(difficulty * (LIGHT_DEVIATION * rng.standard_normal() + tint))
    noise = rng.standard_normal(image.shape, dtype=np.float32)
    noise *= NOISE_DEVIATION * difficulty
    noise += image * gain.astype(np.float32)
    return np.clip(noise, 0, 255, out=noise).astype(np.uint8)
