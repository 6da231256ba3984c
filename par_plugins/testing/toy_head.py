"""Draw the head of a toy pedestrian: face, glasses, hair, hat. Lengths are in radii of the head."""

from par_plugins.testing.toy_appearance import ToyPedestrian
from par_plugins.testing.toy_brush import COLORS, DARK, Brush, Color, Point, edge, mixed

SENIOR_HAIR: Color = (215, 215, 215)
LIP: Color = (90, 80, 190)


def draw_head(brush: Brush, who: ToyPedestrian, radius: float, shoulder_y: float) -> None:
    """Draw head and neck.

    Args:
        brush: Of the body that the head belongs to.
        who: The pedestrian.
        radius: Of the head, over the height of the body.
        shoulder_y: Where the neck ends.
    """
    _Head(brush, who, radius).draw(shoulder_y)


def draw_long_hair(brush: Brush, who: ToyPedestrian, radius: float, shoulder_y: float) -> None:
    """Draw the hair that hangs over the shoulders; arguments as for the head."""
    _Head(brush, who, radius).draw_long_hair(shoulder_y)


class _Head:
    def __init__(self, brush: Brush, who: ToyPedestrian, radius: float) -> None:
        self.brush = brush
        self.who = who
        self.radius = radius
        self.skin = COLORS[who.skin_color]
        self.hair = SENIOR_HAIR if who.age == 'over60' else COLORS[who.hair_color]
        # Men's hair is cropped; women's frames the face and covers the nape.
        self.cropped = who.gender == 'male' and who.hair == 'short'

    def draw(self, shoulder_y: float) -> None:
        neck = ((0.0, self.radius), (0.0, shoulder_y))
        self.brush.line(neck, 0.06, mixed(self.skin, DARK, 0.15))
        if self.who.view == 'side':
            self._from_side()
        elif self.who.view == 'front':
            self._from_front()
        else:
            self._from_back()
        if self.who.hat:
            self._hat()

    def draw_long_hair(self, shoulder_y: float) -> None:
        end = (shoulder_y + 0.1) / self.radius
        if self.who.view == 'side':
            self._line((-0.55, 0.9), (-0.8, end), 0.8, self.hair)
        elif self.who.view == 'front':
            for x in (-0.9, 0.9):
                self._line((x, 0.9), (1.1 * x, end), 0.4, self.hair)
        else:
            top, bottom = (self.radius, 0.85 * self.radius), (shoulder_y + 0.1, 1.05 * self.radius)
            self.brush.trapezoid(0.0, top, bottom, self.hair, mixed(self.hair, DARK, 0.2))

    def _from_front(self) -> None:
        if not self.cropped:
            self._ellipse((0.0, 0.95), (1.05, 1.08), self.hair)
        self._ellipse((0.0, 1.05), (0.78, 0.95), self.skin)
        self._ellipse((0.0, 0.75), (0.88, 0.75), self.hair, upper_half=True)
        for x in (-0.36, 0.36):
            self._ellipse((x, 1.08), (0.1, 0.1), DARK)
        self._line((-0.25, 1.6), (0.25, 1.6), 0.15, LIP)
        if self.who.glasses:
            for x in (-0.4, 0.4):
                self._ellipse((x, 1.05), (0.36, 0.32), DARK)
            self._line((-0.8, 1.0), (0.8, 1.0), 0.2, DARK)

    def _from_side(self) -> None:
        self._ellipse((0.1, 1.1), (0.82, 0.9), self.skin)
        if self.cropped:
            self._ellipse((-0.15, 0.7), (0.95, 0.8), self.hair)
        else:
            self._ellipse((-0.15, 1.0), (0.95, 1.0), self.hair)
        self._ellipse((0.35, 1.2), (0.58, 0.75), self.skin)
        self._ellipse((0.95, 1.2), (0.16, 0.16), self.skin)
        self._ellipse((0.55, 1.02), (0.1, 0.1), DARK)
        self._line((0.55, 1.62), (0.8, 1.62), 0.15, LIP)
        if self.who.glasses:
            self._ellipse((0.6, 1.05), (0.36, 0.32), DARK)
            self._line((-0.3, 0.95), (0.6, 1.0), 0.2, DARK)

    def _from_back(self) -> None:
        self._ellipse((0.0, 1.05), (0.88, 0.92), self.skin)
        if self.cropped:
            self._ellipse((0.0, 0.7), (0.85, 0.85), self.hair)
        else:
            self._ellipse((0.0, 1.0), (1.0, 1.0), self.hair)

    def _hat(self) -> None:
        color = COLORS[self.who.accent_color]
        self._ellipse((0.0, 0.68), (1.1, 1.05), color, upper_half=True)
        ends = {'front': (-1.35, 1.35), 'side': (-0.9, 1.85), 'back': (-1.0, 1.0)}
        start, end = ends[self.who.view]
        self._line((start, 0.68), (end, 0.68), 0.28, edge(color))

    def _ellipse(
        self, centre: Point, radii: Point, color: Color, *, upper_half: bool = False
    ) -> None:
        self.brush.ellipse(self._scaled(centre), self._scaled(radii), color, upper_half=upper_half)

    def _line(self, start: Point, end: Point, width: float, color: Color) -> None:
        self.brush.line((self._scaled(start), self._scaled(end)), width * self.radius, color)

    def _scaled(self, point: Point) -> Point:
        return self.radius * point[0], self.radius * point[1]
