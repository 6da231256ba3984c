"""Write toy pedestrians as PETA: the processed ``PETA.mat`` and ``images/%05d.png``."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from scipy.io import savemat

from par_plugins.datasets.attributes.peta import EVALUATED
from par_plugins.testing.benchmark_writer import (
    Rule,
    cell_array,
    cell_column,
    has,
    labels_by_rule,
    random_partitions,
    write_images,
)
from par_plugins.testing.toy_appearance import ToyPedestrian
from par_plugins.testing.toy_pedestrians import ToyPedestrians

COLORS = 'Black Blue Brown Green Grey Orange Pink Purple Red White Yellow'.split()
COLORED_PARTS = {
    'upperBody': 'upper_color',
    'lowerBody': 'lower_color',
    'hair': 'hair_color',
    'footwear': None,  # shoes of toys have one colour
}
PETA_NAMES = [
    *EVALUATED,
    *(part + color for part in COLORED_PARTS for color in COLORS),
    *"""
    accessoryHeadphone personalLess15 carryingBabyBuggy hairBald footwearBoots lowerBodyCapri
    carryingShoppingTro carryingUmbrella personalFemale carryingFolder accessoryHairBand
    lowerBodyHotPants accessoryKerchief lowerBodyLongSkirt upperBodyLongSleeve lowerBodyPlaid
    lowerBodyThinStripes carryingLuggageCase upperBodyNoSleeve hairShort footwearStocking
    upperBodySuit carryingSuitcase lowerBodySuits upperBodySweater upperBodyThickStripes
    """.split(),
]
"""The 105 attributes in native order: 35 evaluated, 44 colours, 26 rare ones."""

SPELLING = {'gray': 'Grey', 'blond': 'Yellow'}  # of the toys' colours, where PETA has another


def _in_jeans(who: ToyPedestrian) -> bool:
    return who.lower_wear == 'trousers' and who.lower_color == 'blue'


def _carries_nothing(who: ToyPedestrian) -> int:
    return int(not (who.backpack or who.shoulder_bag or who.hand_bag or who.holds_object))


def _colored(trait: str, name: str) -> Rule:
    return lambda who: int(SPELLING.get(getattr(who, trait), getattr(who, trait).title()) == name)


PETA_RULES: dict[str, Rule] = {
    'personalLess15': has('age', 'less18'),
    'personalLess45': has('age', '18-60'),
    'personalLarger60': has('age', 'over60'),
    'personalMale': has('gender', 'male'),
    'personalFemale': has('gender', 'female'),
    'carryingBackpack': has('backpack'),
    'carryingMessengerBag': has('shoulder_bag'),
    'carryingOther': lambda who: int(who.hand_bag or who.holds_object),
    'carryingNothing': _carries_nothing,
    'accessoryHat': has('hat'),
    'accessorySunglasses': has('glasses'),
    'accessoryNothing': lambda who: int(not (who.hat or who.glasses)),
    'hairLong': has('hair', 'long'),
    'hairShort': has('hair', 'short'),
    'upperBodyJacket': has('long_coat'),
    'upperBodyLogo': has('upper_pattern', 'logo'),
    'upperBodyPlaid': has('upper_pattern', 'plaid'),
    'upperBodyThinStripes': has('upper_pattern', 'stripe'),
    'upperBodyOther': has('upper_pattern', 'splice'),
    'upperBodyShortSleeve': has('sleeve', 'short'),
    'upperBodyLongSleeve': has('sleeve', 'long'),
    'lowerBodyJeans': lambda who: int(_in_jeans(who)),
    'lowerBodyTrousers': lambda who: int(who.lower_wear == 'trousers' and not _in_jeans(who)),
    'lowerBodyShorts': has('lower_wear', 'shorts'),
    'lowerBodyShortSkirt': has('lower_wear', 'skirt'),
    'lowerBodyThinStripes': has('lower_pattern', 'stripe'),
    'footwearBoots': has('boots'),
    'footwearShoes': has('boots', False),
    **{
        part + color: _colored(trait, color)
        for part, trait in COLORED_PARTS.items()
        if trait
        for color in COLORS
    },
}
"""The attributes that toys have. As in PETA they belong to the identity, seen or not."""


def write_peta(
    root: str | Path,
    *,
    num_train: int = 64,
    num_val: int = 16,
    num_test: int = 16,
    seed: int = 0,
    on_image: Callable[[], object] | None = None,
    **world: Any,
) -> ToyPedestrians:
    """Write a toy benchmark in the layout of PETA's processed release.

    As in the official one, five random partitions are drawn over the images, so that splits share
    identities. Attributes without a counterpart among the toys' traits (``PETA_RULES``) are 0.

    Args:
        root: Folder of ``PETA.mat`` and ``images/``; made if missing, files are overwritten.
        num_train: Training images of each partition; at least 1, as in the other parts.
        num_val: Validation images.
        num_test: Test images.
        seed: Of the toy world and of the partitions.
        on_image: Called after every image.
        **world: ``difficulty``, ``image_size`` and ``images_per_identity``, see
            :class:`ToyPedestrians`.

    Returns:
        The pedestrians, in the order of their images.

    Raises:
        InputError: If an argument is out of its range.
    """
    sizes = {'train': num_train, 'val': num_val, 'test': num_test}
    partitions = random_partitions(sizes, seed)
    pedestrians = ToyPedestrians(sum(sizes.values()), seed=seed, **world)
    numbers = np.arange(1, len(pedestrians) + 1)
    names = [f'{number:05d}.png' for number in numbers]
    write_images(Path(root) / 'images', pedestrians, names, on_image)
    identities = np.array([who.identity for who in pedestrians])
    metadata = np.stack([numbers, identities, np.ones_like(numbers), identities], axis=1)
    labels = labels_by_rule(pedestrians, PETA_NAMES, PETA_RULES)
    structs = [
        {part: positions.reshape(-1, 1) for part, positions in partition.items()}
        for partition in partitions
    ]
    peta = {
        'data': np.concatenate([metadata, labels], axis=1).astype(np.float64),
        'attribute': cell_column(PETA_NAMES),
        'selected_attribute': np.arange(1.0, 36.0).reshape(-1, 1),
        'partition': cell_array(structs, (len(structs), 1)),
    }
    savemat(Path(root) / 'PETA.mat', {'peta': peta}, do_compression=True)
    return pedestrians
