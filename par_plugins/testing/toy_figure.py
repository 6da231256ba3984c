"""Draw the figure of a toy pedestrian: every trait as shapes, on a canvas."""

from typing import NamedTuple

import numpy as np

from par_plugins.testing.toy_appearance import ToyPedestrian
from par_plugins.testing.toy_brush import (
    COLORS,
    DARK,
    Brush,
    Color,
    Fill,
    Point,
    contrasting,
    edge,
    mixed,
)
from par_plugins.testing.toy_head import draw_head, draw_long_hair

WOOD: Color = (50, 85, 130)
BOX: Color = (110, 165, 205)
BOOT: Color = (30, 60, 120)
BOOT_CUFF: Color = (120, 175, 215)
SHOE: Color = (60, 55, 70)


class Pose(NamedTuple):
    """How a body stands in the crop."""

    facing: int  # -1 or 1: to which side of the picture a person seen from the side walks
    step: float  # -1 to 1: phase of the stride
    swing: float  # -1 to 1: phase of the arms
    height: float  # of an adult man, over the height of the crop
    shift_x: float  # of the body from the crop's centre, over the height of the crop
    shift_y: float  # of the soles from the crop's bottom, over the height of the crop


class _Body(NamedTuple):
    """Measures of a body over its height; widths are halves."""

    height: float  # over an adult man's
    head: float  # radius
    shoulder: float
    waist: float
    hip: float
    hip_y: float = 0.52
    knee_y: float = 0.74
    stoop: float = 0.0

    @property
    def shoulder_y(self) -> float:
        return 2 * self.head + 0.03

    @property
    def waist_y(self) -> float:
        return 0.45 * self.shoulder_y + 0.55 * self.hip_y


_BODIES = {
    ('male', '18-60'): _Body(1.0, 0.078, 0.138, 0.108, 0.1),
    ('female', '18-60'): _Body(0.96, 0.078, 0.115, 0.075, 0.125),
    ('male', 'less18'): _Body(0.7, 0.118, 0.14, 0.118, 0.112, hip_y=0.58, knee_y=0.78),
    ('female', 'less18'): _Body(0.68, 0.118, 0.125, 0.09, 0.135, hip_y=0.58, knee_y=0.78),
    ('male', 'over60'): _Body(0.92, 0.08, 0.135, 0.12, 0.11, stoop=0.14),
    ('female', 'over60'): _Body(0.88, 0.08, 0.118, 0.1, 0.135, stoop=0.14),
}


def draw_figure(canvas: np.ndarray, pedestrian: ToyPedestrian, pose: Pose) -> None:
    """Draw a pedestrian on a canvas (H, W, 3) of uint8, blue-green-red, in place."""
    _Figure(canvas, pedestrian, pose).draw()


class _Figure:
    """The parts of a body; x > 0 is forward from the side, else the right hand's side."""

    def __init__(self, canvas: np.ndarray, pedestrian: ToyPedestrian, pose: Pose) -> None:
        self.who = pedestrian
        self.pose = pose
        self.side = pedestrian.view == 'side'
        self.front = pedestrian.view == 'front'
        self.body = body = _BODIES[pedestrian.gender, pedestrian.age]
        height, width = canvas.shape[:2]
        unit = pose.height * body.height * height
        self.brush = Brush(
            canvas,
            axis=width / 2 + pose.shift_x * height,
            top=(1 - pose.shift_y) * height - unit,
            unit=unit,
            mirror={'front': -1, 'back': 1, 'side': pose.facing}[pedestrian.view],
            stoop=(body.stoop if self.side else 0.0, 0.35 * body.stoop),
            stoop_below=body.hip_y,
        )
        self.skin = COLORS[pedestrian.skin_color]
        self.accent = COLORS[pedestrian.accent_color]
        self.bag = COLORS[pedestrian.bag_color]
        self.upper = COLORS[pedestrian.upper_color]
        self.upper_cloth = self._upper_cloth()
        self.lower_cloth = self._lower_cloth()

    def draw(self) -> None:
        """All parts, the farthest first."""
        if self.who.backpack and self.who.view != 'back':
            self._backpack_behind()
        if self.side:
            self._arm(-1)
        self._legs()
        self._torso()
        draw_head(self.brush, self.who, self.body.head, self.body.shoulder_y)
        if self.who.age == 'over60':
            self._stick()
        if not self.side:
            self._arm(-1)
        self._arm(1)
        if self.who.backpack:
            self._backpack_over()
        if self.who.shoulder_bag:
            self._shoulder_bag()
        if self.who.hand_bag:
            self._hand_bag()
        if self.who.hair == 'long':
            draw_long_hair(self.brush, self.who, self.body.head, self.body.shoulder_y)
        if self._holding:
            self._box()

    @property
    def _holding(self) -> bool:
        return self.who.holds_object and self.who.view != 'back'

    # Clothes

    def _upper_cloth(self) -> Fill:
        pattern = self.who.upper_pattern
        if pattern in ('plain', 'logo'):
            return self.upper
        cloth = np.full_like(self.brush.canvas, self.upper)
        if pattern == 'splice':
            accent = self.accent if self.accent != self.upper else contrasting(self.upper)
            self.brush.fill_above(cloth, self.body.shoulder_y + 0.12, accent)
            return cloth
        self.brush.stripes(cloth, 0.056, 0.024, contrasting(self.upper), vertical=False)
        if pattern == 'plaid':
            self.brush.stripes(cloth, 0.056, 0.024, edge(self.upper), vertical=True)
        return cloth

    def _lower_cloth(self) -> Fill:
        color = COLORS[self.who.lower_color]
        if self.who.lower_pattern == 'plain':
            return color
        cloth = np.full_like(self.brush.canvas, color)
        if self.who.lower_pattern == 'stripe':
            self.brush.stripes(cloth, 0.05, 0.02, contrasting(color), vertical=True)
        else:
            self.brush.dots(cloth, 0.046, 0.013, contrasting(color))
        return cloth

    def _legs(self) -> None:
        lower = COLORS[self.who.lower_color]
        for leg in (-1, 1):
            hip, knee, ankle = self._leg_joints(leg)
            if self.who.lower_wear == 'trousers':
                self.brush.limb((hip, knee, ankle), 0.105, self.lower_cloth, edge(lower))
            else:
                self.brush.limb((hip, knee, ankle), 0.075, self.skin, edge(self.skin))
            self._foot(ankle)
            if self.who.lower_wear == 'shorts':
                self.brush.limb(
                    (hip, _between(hip, knee, 0.72)), 0.125, self.lower_cloth, edge(lower)
                )
        if self.who.lower_wear == 'skirt':
            waist, hem = self.body.waist_y, self.body.knee_y - 0.01
            half = 1.5 * self.body.hip
            self.brush.trapezoid(0.0, (waist, 0.09), (hem, half), self.lower_cloth, edge(lower))

    def _leg_joints(self, leg: int) -> tuple[Point, Point, Point]:
        """Hip, knee and ankle of the left (-1) or the right (1) leg."""
        body, step = self.body, leg * self.pose.step
        if self.side:
            return (0.0, body.hip_y), (0.02 + 0.07 * step, body.knee_y), (0.15 * step, 0.95)
        lift = 0.03 * max(0.0, step)
        hip = (0.48 * leg * body.hip, body.hip_y)
        return hip, (leg * 0.06, body.knee_y - lift), (leg * 0.065, 0.945 - lift)

    def _foot(self, ankle: Point) -> None:
        x, y = ankle
        if self.side:
            sole, radii = (x + 0.035, y + 0.022), (0.068, 0.026)
        else:
            sole, radii = (x * 1.15, y + 0.02), (0.042, 0.032 if self.front else 0.024)
        self.brush.ellipse(sole, radii, BOOT if self.who.boots else SHOE)
        if self.who.boots:
            top = y - 0.13
            self.brush.line(((x, top), (x, y)), 0.098, BOOT)
            self.brush.line(((x - 0.04, top), (x + 0.04, top)), 0.032, BOOT_CUFF)

    def _torso(self) -> None:
        body, bottom = self.body, self.body.hip_y + 0.015
        right: tuple[Point, ...]
        left: tuple[Point, ...]
        if self.side:
            chest = 0.095 if self.who.gender == 'female' else 0.075
            right = ((0.035, body.shoulder_y - 0.02), (chest, body.shoulder_y + 0.09))
            right += ((0.6 * body.waist + 0.01, body.waist_y), (0.7 * body.hip, bottom))
            left = ((-0.7 * body.hip, bottom), (-0.6 * body.waist, body.waist_y))
            left += ((-0.08, body.shoulder_y + 0.07), (-0.035, body.shoulder_y - 0.02))
        else:
            right = ((0.04, body.shoulder_y - 0.025), (body.shoulder, body.shoulder_y))
            right += ((body.waist, body.waist_y), (body.hip, bottom))
            left = tuple((-x, y) for x, y in reversed(right))
        if self.who.long_coat:
            hem, half = body.knee_y - 0.03, (0.9 if self.side else 1.35) * body.hip
            right, left = (*right, (half, hem)), ((-half, hem), *left)
        outline = edge(self.upper)
        self.brush.polygon((*right, *left), self.upper_cloth, outline)
        if self.front:
            neck = ((-0.035, body.shoulder_y - 0.03), (0.035, body.shoulder_y - 0.03))
            self.brush.polygon((*neck, (0.0, body.shoulder_y + 0.035)), self.skin, outline)
        if self.who.long_coat:
            self._coat_details(outline)
        if self.who.upper_pattern == 'logo' and self.who.view != 'back':
            self._logo()

    def _coat_details(self, outline: Color) -> None:
        body = self.body
        start = body.hip_y if self.who.view == 'back' else body.shoulder_y + 0.04
        middle = 0.04 if self.side else 0.0
        self.brush.line(((middle, start), (middle, body.knee_y - 0.03)), 0.012, outline)
        half = 0.6 * body.waist if self.side else body.waist
        self.brush.line(((-half, body.waist_y), (half, body.waist_y)), 0.022, outline)

    def _logo(self) -> None:
        y = self.body.shoulder_y + 0.1
        x, width = (0.055, 0.5) if self.side else (0.0, 1.0)
        self.brush.ellipse((x, y), (0.062 * width, 0.052), contrasting(self.upper))
        self.brush.ellipse((x, y), (0.042 * width, 0.034), self.accent)

    # Arms, and what people carry

    def _arm(self, arm: int) -> None:
        """The left (-1) or the right (1) arm; from the side, the far (-1) or the near one."""
        shoulder, elbow, hand = self._arm_joints(arm)
        cloth, color = self.upper_cloth, self.upper
        if arm < 0 and self.side:
            cloth = color = mixed(color, DARK, 0.3)
        self.brush.limb((shoulder, elbow, hand), 0.05, self.skin, edge(self.skin))
        if self.who.sleeve == 'long':
            self.brush.limb(
                (shoulder, elbow, _between(elbow, hand, 0.8)), 0.066, cloth, edge(color)
            )
        else:
            self.brush.limb((shoulder, _between(shoulder, elbow, 0.6)), 0.08, cloth, edge(color))
        self.brush.ellipse(hand, (0.032, 0.032), self.skin)

    def _arm_joints(self, arm: int) -> tuple[Point, Point, Point]:
        body, swing = self.body, arm * self.pose.swing
        y = body.shoulder_y + 0.03
        if self.side:
            if self._holding:
                return (0.0, y), (-0.02, y + 0.13), (0.12, y + 0.13)
            return (
                (0.0, y),
                (-0.02 + 0.06 * swing, y + 0.15),
                (0.14 * swing + 0.02, body.hip_y + 0.01),
            )
        x = arm * (body.shoulder - 0.02)
        out = arm * (body.shoulder + 0.04)
        if self._holding:
            return (x, y), (out, y + 0.14), (arm * 0.09, y + 0.17)
        return (x, y), (out, y + 0.15), (out + 0.01 * arm, body.hip_y + 0.02 - 0.03 * swing)

    def _box(self) -> None:
        middle, y = (0.15 if self.side else 0.0), self.body.shoulder_y + 0.11
        half = 0.07 if self.side else 0.105
        self.brush.trapezoid(middle, (y, half), (y + 0.15, half), BOX, DARK)
        self.brush.line(((middle, y), (middle, y + 0.15)), 0.018, WOOD)

    def _hand_bag(self) -> None:
        x, y = self._arm_joints(1)[2]
        y = self.body.hip_y + 0.02 if self._holding else y
        self.brush.line(((x, y), (x - 0.05, y + 0.07), (x + 0.05, y + 0.07), (x, y)), 0.014, DARK)
        self._bag(x, (y + 0.06, 0.055), (y + 0.18, 0.07))

    def _shoulder_bag(self) -> None:
        body = self.body
        if self.side:
            strap = ((0.03, body.shoulder_y), (-0.04, body.hip_y - 0.05))
        else:
            strap = ((0.6 * body.shoulder, body.shoulder_y - 0.01), (-body.hip, body.hip_y - 0.05))
        self._strap(*strap)
        x, y = strap[1]
        self._bag(x, (y, 0.07), (y + 0.11, 0.07))
        self.brush.line(((x - 0.07, y + 0.045), (x + 0.07, y + 0.045)), 0.012, edge(self.bag))

    def _backpack_behind(self) -> None:
        """The pack of a person seen from the front or the side."""
        y = self.body.shoulder_y
        if self.side:
            self._bag(-0.12, (y, 0.065), (y + 0.26, 0.085))
        else:
            half = self.body.shoulder + 0.02
            self._bag(0.0, (y - 0.05, half - 0.05), (y + 0.24, half))

    def _backpack_over(self) -> None:
        """The straps; from behind, the pack."""
        y, half = self.body.shoulder_y, 0.75 * self.body.shoulder
        if self.who.view == 'back':
            self._bag(0.0, (y, 0.8 * half), (y + 0.27, half))
            self._bag(0.0, (y + 0.15, 0.7 * half), (y + 0.24, 0.7 * half))
        elif self.side:
            self._strap((-0.04, y), (0.045, y + 0.05), (0.03, y + 0.15), (-0.06, y + 0.2))
        else:
            for x in (-0.65 * half, 0.65 * half):
                self._strap((x, y - 0.015), (1.1 * x, y + 0.19))

    def _bag(self, x: float, top: tuple[float, float], bottom: tuple[float, float]) -> None:
        self.brush.trapezoid(x, top, bottom, self.bag, edge(self.bag), 0.014)

    def _strap(self, *points: Point) -> None:
        self.brush.limb(points, 0.024, self.bag, edge(self.bag))

    def _stick(self) -> None:
        x = 0.2 if self.side else -self.body.shoulder - 0.07
        y = self.body.hip_y + 0.02
        self.brush.limb(((x, y), (x + (0.06 if self.side else 0.0), 0.99)), 0.024, WOOD, DARK)
        self.brush.line(((x - 0.05, y), (x, y)), 0.03, WOOD)


def _between(start: Point, end: Point, share: float) -> Point:
    """The point at a share (0 to 1) of the way from ``start`` to ``end``."""
    return start[0] + share * (end[0] - start[0]), start[1] + share * (end[1] - start[1])
