"""DukeMTMC-reID: its folders and ``duke_attribute.mat``; eight cameras."""

from par_plugins.testing.reid_layout import ReIDLayout, code, codes, color_codes
from par_plugins.testing.toy_layout import Rule, always, rules

_LOWER = [f'down{color}' for color in 'black white red gray blue green brown'.split()]
FIELDS = {
    'train': [
        *'backpack bag handbag boots gender hat shoes top'.split(),
        *_LOWER,
        *(f'up{color}' for color in 'black white red purple gray blue green brown'.split()),
    ],
    'test': [
        *'boots shoes top gender hat backpack bag handbag'.split(),
        *_LOWER,
        *(f'up{color}' for color in 'black white red gray blue green purple brown'.split()),
    ],
}
"""The fields of the two structs, in the order of the official file."""

RULES: dict[str, Rule] = {
    **codes(
        rules("""
        backpack=backpack bag=shoulder_bag handbag=hand_bag boots=boots gender=gender:female hat=hat
        top=long_coat
        """)
    ),
    'shoes': always,
    **color_codes('up', 'upper_color', (field[2:] for field in FIELDS['train'][-8:]), always),
    **color_codes('down', 'lower_color', (field[4:] for field in _LOWER), always),
    # With the colour below a pattern these are two, as some test identities have.
    'downblack': code(lambda who: int(who.lower_color == 'black' or who.lower_pattern != 'plain')),
}
"""The code of each field; all shoes are dark, and colours without a field are none."""

LAYOUT = ReIDLayout(
    variable='duke_attribute',
    fields=FIELDS,
    rules=RULES,
    file_name=lambda pid, camid, number: f'{pid:04d}_c{camid}_f{number:07d}.jpg',
    num_cameras=8,
    extras={'gallery_only': 0.3},
)
