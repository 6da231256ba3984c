"""A brush that draws on a canvas in the coordinates of a body, and the colours it draws with."""

from collections.abc import Callable, Sequence

import cv2
import numpy as np

Color = tuple[int, int, int]
Fill = Color | np.ndarray  # a colour, or a picture of the size of the canvas seen through the shape
Point = tuple[float, float]

# Blue, green, red.
COLORS: dict[str, Color] = {
    'black': (35, 32, 30),
    'white': (235, 235, 235),
    'gray': (140, 140, 140),
    'red': (45, 40, 200),
    'green': (70, 140, 50),
    'blue': (190, 90, 40),
    'yellow': (50, 205, 230),
    'purple': (150, 50, 120),
    'pink': (190, 150, 240),
    'brown': (45, 75, 115),
    'blond': (100, 170, 205),
    'light': (175, 200, 235),
    'medium': (130, 165, 210),
    'dark': (70, 100, 145),
}

DARK: Color = (20, 20, 20)


def mixed(color: Color, other: Color, share: float) -> Color:
    """``color`` with a share (0 to 1) of ``other``."""
    blue, green, red = (
        round((1 - share) * c + share * o) for c, o in zip(color, other, strict=True)
    )
    return blue, green, red


def contrasting(color: Color) -> Color:
    """White on dark colours, black on bright ones."""
    luma = 0.114 * color[0] + 0.587 * color[1] + 0.299 * color[2]
    return COLORS['white'] if luma < 120 else COLORS['black']


def edge(color: Color) -> Color:
    """For the outline of a shape of this colour."""
    return mixed(color, contrasting(color), 0.4)


class Brush:
    """Draws in units of a body's height; y runs from the top of the head (0) to the soles (1).

    Args:
        canvas: (H, W, 3) uint8, drawn upon in place.
        axis: Picture x of the body's axis, in pixels.
        top: Picture y of the top of the head, in pixels.
        unit: Height of the body, in pixels.
        mirror: -1 if x > 0 of the body is to the left in the picture, else 1.
        stoop: Slope by which the body above ``stoop_below`` hangs: forward (x > 0) and down.
        stoop_below: Height y of the point about which it hangs.
    """

    def __init__(
        self,
        canvas: np.ndarray,
        *,
        axis: float,
        top: float,
        unit: float,
        mirror: int,
        stoop: tuple[float, float],
        stoop_below: float,
    ) -> None:
        self.canvas = canvas
        self._axis = axis
        self._top = top
        self._unit = unit
        self._mirror = mirror
        self._stoop = stoop
        self._stoop_below = stoop_below

    def line(self, points: Sequence[Point], width: float, fill: Fill) -> None:
        """A line with round ends through all points."""
        corners = self._pixels(points)
        thickness = self._length(width)
        self._paint(
            fill, lambda canvas, color: cv2.polylines(canvas, [corners], False, color, thickness)
        )

    def limb(self, points: Sequence[Point], width: float, fill: Fill, outline: Color) -> None:
        """A line with an outline."""
        self.line(points, width + 0.018, outline)
        self.line(points, width, fill)

    def polygon(
        self, points: Sequence[Point], fill: Fill, outline: Color, outline_width: float = 0.009
    ) -> None:
        corners = self._pixels(points)
        self._paint(fill, lambda canvas, color: cv2.fillPoly(canvas, [corners], color))
        cv2.polylines(self.canvas, [corners], True, outline, self._length(outline_width))

    def trapezoid(
        self,
        x: float,
        top: tuple[float, float],
        bottom: tuple[float, float],
        fill: Fill,
        outline: Color,
        outline_width: float = 0.009,
    ) -> None:
        """Upright and symmetric about x; ``top`` and ``bottom`` are an y and half a width."""
        corners = [(x + side * top[1], top[0]) for side in (-1, 1)]
        corners += [(x + side * bottom[1], bottom[0]) for side in (1, -1)]
        self.polygon(corners, fill, outline, outline_width)

    def ellipse(
        self, centre: Point, radii: Point, color: Color, *, upper_half: bool = False
    ) -> None:
        axes = (self._length(radii[0]), self._length(radii[1]))
        start, end = (180, 360) if upper_half else (0, 360)
        cv2.ellipse(self.canvas, self._pixel(centre), axes, 0, start, end, color, -1)

    def stripes(
        self, cloth: np.ndarray, gap: float, width: float, color: Color, *, vertical: bool
    ) -> None:
        """Rule a picture of the size of the canvas with stripes that move along with the body."""
        height, length = cloth.shape[:2]
        x, y = self._pixel((0, 0))
        step, thickness = self._length(gap), self._length(width)
        if vertical:
            for start in range(x % step, length, step):
                cv2.line(cloth, (start, 0), (start, height), color, thickness)
        else:
            for start in range(y % step, height, step):
                cv2.line(cloth, (0, start), (length, start), color, thickness)

    def dots(self, cloth: np.ndarray, gap: float, radius: float, color: Color) -> None:
        """Dot a picture of the size of the canvas; every second row is shifted by half a gap."""
        height, width = cloth.shape[:2]
        x, y = self._pixel((0, 0))
        step = self._length(gap)
        for row, centre_y in enumerate(range(y % step, height, step)):
            for centre_x in range((x + row % 2 * step // 2) % step, width, step):
                cv2.circle(cloth, (centre_x, centre_y), self._length(radius), color, -1)

    def fill_above(self, cloth: np.ndarray, y: float, color: Color) -> None:
        """Colour a picture of the size of the canvas above a height of the body."""
        cloth[: max(0, self._pixel((0, y))[1])] = color

    def _paint(self, fill: Fill, draw: Callable[[np.ndarray, Color], object]) -> None:
        if isinstance(fill, np.ndarray):
            mask = np.zeros(self.canvas.shape[:2], dtype=np.uint8)
            draw(mask, (255, 255, 255))
            cv2.copyTo(fill, mask, self.canvas)
        else:
            draw(self.canvas, fill)

    def _pixel(self, point: Point) -> tuple[int, int]:
        x, y = point
        above = max(0.0, 1 - y / self._stoop_below)
        x = self._mirror * (x + self._stoop[0] * above)
        y += self._stoop[1] * above
        return round(self._axis + x * self._unit), round(self._top + y * self._unit)

    def _pixels(self, points: Sequence[Point]) -> np.ndarray:
        return np.array([self._pixel(point) for point in points], dtype=np.int32)

    def _length(self, length: float) -> int:
        return max(1, round(length * self._unit))
