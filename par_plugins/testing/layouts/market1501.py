"""Market-1501: its folders and ``market_attribute.mat``; six cameras, distractors and junk."""

from par_plugins.datasets.reid.reid_benchmark import JUNK
from par_plugins.testing.reid_layout import ReIDLayout, codes, color_codes
from par_plugins.testing.toy_appearance import (
    LOWER_COLOR_RATIOS,
    UPPER_COLOR_RATIOS,
    ToyPedestrian,
)
from par_plugins.testing.toy_layout import Rule, has, rules

_CLOTHES = ['clothes', 'down', 'up', 'hair', 'hat', 'gender']
_BAGS = ['age', 'backpack', 'bag', 'handbag']
FIELDS = {
    'test': [
        *_BAGS,
        *_CLOTHES,
        *(f'up{color}' for color in 'black white red purple yellow gray blue green'.split()),
        *(
            f'down{color}'
            for color in 'black white pink purple yellow gray blue green brown'.split()
        ),
    ],
    'train': [
        *_BAGS,
        *(
            f'down{color}'
            for color in 'black blue brown gray green pink purple white yellow'.split()
        ),
        *(f'up{color}' for color in 'black blue green gray purple red white yellow'.split()),
        *_CLOTHES,
    ],
}
"""The fields of the two structs, in the order of the official file."""


def _plain_upper_body(who: ToyPedestrian) -> int:
    return int(who.upper_pattern not in ('plaid', 'splice'))


RULES: dict[str, Rule] = {
    'age': lambda who: {'less18': 1, '18-60': 3, 'over60': 4}[who.age],
    'clothes': lambda who: 1 if who.lower_wear == 'skirt' else 2,
    'down': lambda who: 1 if who.lower_wear == 'trousers' else 2,
    **codes(
        rules("""
        backpack=backpack bag=shoulder_bag handbag=hand_bag up=sleeve:short hair=hair:long hat=hat
        gender=gender:female
        """)
    ),
    **color_codes('up', 'upper_color', UPPER_COLOR_RATIOS, _plain_upper_body),
    **color_codes('down', 'lower_color', LOWER_COLOR_RATIOS, has('lower_pattern', 'plain')),
}
"""The code of each field; no toy is a teenager, and clothes of several colours have none."""


def _file_name(pid: int, camid: int, number: int) -> str:
    identity = '-1' if pid == JUNK else f'{pid:04d}'
    return f'{identity}_c{camid}s1_{number:06d}_00.jpg'


LAYOUT = ReIDLayout(
    variable='market_attribute',
    fields=FIELDS,
    rules=RULES,
    file_name=_file_name,
    num_cameras=6,
    extras={'distractors': 0.2, 'junk': 0.2},  # officially 2,798 and 3,819 to 16,483
)
