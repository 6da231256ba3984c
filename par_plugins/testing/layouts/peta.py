"""PETA's processed release: ``PETA.mat`` and ``images/%05d.png``."""

import numpy as np
from scipy.io import savemat

from par_plugins.datasets.attributes.peta import EVALUATED
from par_plugins.testing.toy_appearance import ToyPedestrian
from par_plugins.testing.toy_layout import (
    Rule,
    ToyLayout,
    WrittenImages,
    cell_array,
    cell_column,
    has,
    labels_by_rule,
    numbered,
    rules,
)

COLORS = 'Black Blue Brown Green Grey Orange Pink Purple Red White Yellow'.split()
SPELLING = {'gray': 'Grey', 'blond': 'Yellow'}  # of the toys' colours, where PETA has another
TRAITS = {'upperBody': 'upper_color', 'lowerBody': 'lower_color', 'hair': 'hair_color'}
NAMES = [
    *EVALUATED,
    *(part + color for part in (*TRAITS, 'footwear') for color in COLORS),
    *"""
    accessoryHeadphone personalLess15 carryingBabyBuggy hairBald footwearBoots lowerBodyCapri
    carryingShoppingTro carryingUmbrella personalFemale carryingFolder accessoryHairBand
    lowerBodyHotPants accessoryKerchief lowerBodyLongSkirt upperBodyLongSleeve lowerBodyPlaid
    lowerBodyThinStripes carryingLuggageCase upperBodyNoSleeve hairShort footwearStocking
    upperBodySuit carryingSuitcase lowerBodySuits upperBodySweater upperBodyThickStripes
    """.split(),
]
"""The 105 attributes in native order: 35 evaluated, 44 colours, 26 rare ones."""


def _in_jeans(who: ToyPedestrian) -> bool:
    return who.lower_wear == 'trousers' and who.lower_color == 'blue'


def _carries_nothing(who: ToyPedestrian) -> int:
    return int(not (who.backpack or who.shoulder_bag or who.hand_bag or who.holds_object))


def _colored(trait: str, name: str) -> Rule:
    return lambda who: int(SPELLING.get(getattr(who, trait), getattr(who, trait).title()) == name)


RULES: dict[str, Rule] = {
    **rules("""
    personalLess15=age:less18 personalLess45=age:18-60 personalLarger60=age:over60
    personalMale=gender:male personalFemale=gender:female carryingBackpack=backpack
    carryingMessengerBag=shoulder_bag accessoryHat=hat accessorySunglasses=glasses
    hairLong=hair:long hairShort=hair:short upperBodyJacket=long_coat
    upperBodyLogo=upper_pattern:logo upperBodyPlaid=upper_pattern:plaid
    upperBodyThinStripes=upper_pattern:stripe upperBodyOther=upper_pattern:splice
    upperBodyShortSleeve=sleeve:short upperBodyLongSleeve=sleeve:long
    lowerBodyShorts=lower_wear:shorts lowerBodyShortSkirt=lower_wear:skirt
    lowerBodyThinStripes=lower_pattern:stripe footwearBoots=boots
    """),
    'footwearShoes': has('boots', False),
    'carryingOther': lambda who: int(who.hand_bag or who.holds_object),
    'carryingNothing': _carries_nothing,
    'accessoryNothing': lambda who: int(not (who.hat or who.glasses)),
    'lowerBodyJeans': lambda who: int(_in_jeans(who)),
    'lowerBodyTrousers': lambda who: int(who.lower_wear == 'trousers' and not _in_jeans(who)),
    **{part + color: _colored(trait, color) for part, trait in TRAITS.items() for color in COLORS},
}
"""The attributes that toys have. As in PETA they belong to the identity, seen or not."""


def _annotate(written: WrittenImages) -> None:
    people = written.people['all']
    numbers, identities = np.array([(n, who.identity) for n, who in enumerate(people, 1)]).T
    metadata = np.stack([numbers, identities, np.ones_like(numbers), identities], axis=1)
    structs = [
        {part: rows.reshape(-1, 1) for part, rows in partition.items()}
        for partition in written.partitions
    ]
    peta = {
        'data': np.hstack([metadata, labels_by_rule(people, NAMES, RULES)]).astype(np.float64),
        'attribute': cell_column(NAMES),
        'selected_attribute': np.arange(1.0, 36.0).reshape(-1, 1),
        'partition': cell_array(structs, (len(structs), 1)),
    }
    savemat(written.root / 'PETA.mat', {'peta': peta}, do_compression=True)


LAYOUT = ToyLayout(
    folder='images', file_names=numbered('%05d.png'), annotate=_annotate, partitioned=True
)
