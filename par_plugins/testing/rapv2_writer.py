"""Write toy pedestrians as RAP v2: the official ``RAP_annotation.mat`` and ``RAP_dataset``."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from par_plugins.testing.benchmark_writer import (
    Rule,
    cell_array,
    cell_column,
    from_behind,
    has,
    labels_by_rule,
    random_partitions,
    write_images,
)
from par_plugins.testing.rapv1_writer import (
    RAP_RULES,
    UNCERTAIN,
    rap_image_names,
    write_rap_annotation,
)
from par_plugins.testing.toy_appearance import LOWER_COLOR_RATIOS, UPPER_COLOR_RATIOS
from par_plugins.testing.toy_pedestrians import ToyPedestrians

COLORS = (
    'ColorBlack ColorWhite ColorGray ColorRed ColorGreen ColorBlue ColorSilver ColorYellow '
    'ColorBrown ColorPurple ColorPink ColorOrange ColorMixture ColorOther'
).split()
RAPV2_NAMES = [
    *"""
    Femal AgeLess16 Age17-30 Age31-45 Age46-60 AgeBiger60 BodyFatter BodyFat BodyNormal BodyThin
    BodyThiner Customer Employee hs-BaldHead hs-LongHair hs-BlackHair hs-Hat hs-Glasses
    hs-Sunglasses hs-Muffler hs-Mask ub-Shirt ub-Sweater ub-Vest ub-TShirt ub-Cotton ub-Jacket
    ub-SuitUp ub-Tight ub-ShortSleeve ub-Others
    """.split(),
    *('up-ColorRed' if color == 'ColorRed' else f'ub-{color}' for color in COLORS),
    *"""
    lb-LongTrousers lb-Shorts lb-Skirt lb-ShortSkirt lb-LongSkirt lb-Dress lb-Jeans
    lb-TightTrousers
    """.split(),
    *(f'lb-{color}' for color in COLORS),
    *"""
    shoes-Leather shoes-Sports shoes-Boots shoes-Cloth shoes-Sandals shoes-Casual shoes-Other
    """.split(),
    *(f'shoes-{color}' for color in COLORS),
    *"""
    attachment-Backpack attachment-ShoulderBag attachment-HandBag attachment-WaistBag
    attachment-Box attachment-PlasticBag attachment-PaperBag attachment-HandTrunk attachment-Baby
    attachment-Other action-Calling action-StrechOutArm action-Talking action-Gathering
    action-LyingCounter action-Squatting action-Running action-Holding action-Pushing
    action-Pulling action-CarryingByArm action-CarryingByHand action-Other viewpoint
    """.split(),
    *(f'occlusion-{number}' for number in range(1, 8)),
    'occlustion-TypeOther',
    *(f'box-{number}' for number in range(1, 33)),
]
"""The 152 columns in native order; those of occlusion and boxes are numbered here."""

RAPV2_SELECTED = [
    *range(1, 6), *range(8, 11), 12, 13, *range(14, 19), *range(22, 32), 46, 48, 49, 51, 52, 53,
    *range(68, 72), 73, 74, *range(89, 92), *range(93, 97), 98, 99, 101, 102, *range(106, 112),
]  # fmt: skip
"""The 54 evaluated columns, counted from 1."""

RAPV2_RULES: dict[str, Rule] = {
    **RAP_RULES,
    'Femal': has('gender', 'female'),
    'AgeBiger60': has('age', 'over60'),
    'lb-Shorts': has('lower_wear', 'shorts'),
    'attachment-Backpack': has('backpack'),
    'attachment-ShoulderBag': has('shoulder_bag'),
    'attachment-HandBag': has('hand_bag'),
    'attachment-Box': from_behind(has('holds_object'), UNCERTAIN),
    'action-CarryingByHand': has('hand_bag'),
    'viewpoint': lambda who: {'front': 1, 'back': 2, 'side': 3}[who.view],
    'up-ColorRed': has('upper_color', 'red'),  # as the official file spells it
    **{
        f'ub-Color{color.title()}': has('upper_color', color)
        for color in UPPER_COLOR_RATIOS
        if color != 'red'
    },
    **{f'lb-Color{color.title()}': has('lower_color', color) for color in LOWER_COLOR_RATIOS},
}
"""The columns that toys have."""


def write_rapv2(
    root: str | Path,
    *,
    num_train: int = 64,
    num_val: int = 16,
    num_test: int = 16,
    seed: int = 0,
    on_image: Callable[[], object] | None = None,
    **world: Any,
) -> ToyPedestrians:
    """Write a toy benchmark in the official layout of RAP v2.

    As in the official one, five random partitions are drawn over the images, and only the first
    half of the file has identities; the others have -1. Columns without a counterpart among the
    toys' traits (``RAPV2_RULES``) are 0; what a view does not show is 2, uncertain.

    Args:
        root: Folder of ``RAP_annotation/`` and ``RAP_dataset/``; made if missing, files are
            overwritten.
        num_train: Training images of each partition; at least 1, as in the other parts.
        num_val: Validation images.
        num_test: Test images.
        seed: Of the toy world and of the partitions.
        on_image: Called after every image.
        **world: ``difficulty``, ``image_size`` and ``images_per_identity``, see
            :class:`ToyPedestrians`.

    Returns:
        The pedestrians, in the order of the file.

    Raises:
        InputError: If an argument is out of its range.
    """
    sizes = {'train': num_train, 'val': num_val, 'test': num_test}
    partitions = random_partitions(sizes, seed)
    pedestrians = ToyPedestrians(sum(sizes.values()), seed=seed, **world)
    names = rap_image_names(pedestrians, '-')
    write_images(Path(root) / 'RAP_dataset', pedestrians, names, on_image)
    identities = np.array([who.identity for who in pedestrians])
    identities[(len(pedestrians) + 1) // 2 :] = -1
    known = np.unique(identities[identities > 0])
    structs = [
        {f'{part}_index': positions.reshape(1, -1) for part, positions in partition.items()}
        for partition in partitions
    ]
    annotation = {
        'name': cell_column(names),
        'data': labels_by_rule(pedestrians, RAPV2_NAMES, RAPV2_RULES).astype(np.int32),
        'attribute': cell_column(RAPV2_NAMES),
        'selected_attribute': np.array([RAPV2_SELECTED]),
        'partition_attribute': cell_array(structs, (1, len(structs))),
        'partition_reid': {
            'train_identity': known[::2].reshape(1, -1),
            'test_identity': known[1::2].reshape(1, -1),
        },
        'person_identity': identities.reshape(-1, 1),
    }
    write_rap_annotation(root, annotation)
    return pedestrians
