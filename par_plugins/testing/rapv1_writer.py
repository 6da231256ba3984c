"""Write toy pedestrians as RAP v1: the official ``RAP_annotation.mat`` and ``RAP_dataset``."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from scipy.io import savemat

from par_plugins.testing.benchmark_writer import (
    Rule,
    always,
    cell_array,
    cell_column,
    from_behind,
    has,
    labels_by_rule,
    random_partitions,
    write_images,
)
from par_plugins.testing.toy_appearance import LOWER_COLOR_RATIOS, UPPER_COLOR_RATIOS
from par_plugins.testing.toy_pedestrians import ToyPedestrians

UNCERTAIN = 2
RAPV1_EVALUATED = """
    Female AgeLess16 Age17-30 Age31-45 BodyFat BodyNormal BodyThin Customer Clerk hs-BaldHead
    hs-LongHair hs-BlackHair hs-Hat hs-Glasses hs-Muffler ub-Shirt ub-Sweater ub-Vest ub-TShirt
    ub-Cotton ub-Jacket ub-SuitUp ub-Tight ub-ShortSleeve lb-LongTrousers lb-Skirt lb-ShortSkirt
    lb-Dress lb-Jeans lb-TightTrousers shoes-Leather shoes-Sport shoes-Boots shoes-Cloth
    shoes-Casual attach-Backpack attach-SingleShoulderBag attach-HandBag attach-Box
    attach-PlasticBag attach-PaperBag attach-HandTrunk attach-Other action-Calling action-Talking
    action-Gathering action-Holding action-Pusing action-Pulling action-CarrybyArm
    action-CarrybyHand
    """.split()
RAPV1_NAMES = [
    *RAPV1_EVALUATED,
    *"""
    faceFront faceBack faceLeft faceRight occlusionLeft occlusionRight occlusionUp occlusionDown
    occlusion-Environment occlusion-Attachment occlusion-Person occlusion-Other up-Black up-White
    up-Gray up-Red up-Green up-Blue up-Yellow up-Brown up-Purple up-Pink up-Orange up-Mixture
    low-Black low-White low-Gray low-Red low-Green low-Blue low-Yellow low-Mixture shoes-Black
    shoes-White shoes-Gray shoes-Red shoes-Green shoes-Blue shoes-Yellow shoes-Brown shoes-Mixture
    """.split(),
]
"""The 92 attributes in native order; the first 51 are evaluated."""

# What both releases call alike. From behind nobody can say what is in front: uncertain.
RAP_RULES: dict[str, Rule] = {
    'AgeLess16': has('age', 'less18'),
    'Age31-45': has('age', '18-60'),
    'BodyNormal': always,
    'Customer': always,
    'hs-LongHair': has('hair', 'long'),
    'hs-BlackHair': has('hair_color', 'black'),
    'hs-Hat': has('hat'),
    'hs-Glasses': from_behind(has('glasses'), UNCERTAIN),
    'ub-Cotton': has('long_coat'),
    'ub-ShortSleeve': has('sleeve', 'short'),
    'lb-LongTrousers': has('lower_wear', 'trousers'),
    'lb-Skirt': has('lower_wear', 'skirt'),
    'shoes-Boots': has('boots'),
    'shoes-Casual': has('boots', False),
    'action-Holding': from_behind(has('holds_object'), UNCERTAIN),
}
RAPV1_RULES: dict[str, Rule] = {
    **RAP_RULES,
    'Female': has('gender', 'female'),
    'attach-Backpack': has('backpack'),
    'attach-SingleShoulderBag': has('shoulder_bag'),
    'attach-HandBag': has('hand_bag'),
    'attach-Box': from_behind(has('holds_object'), UNCERTAIN),
    'action-CarrybyHand': has('hand_bag'),
    'faceFront': has('view', 'front'),
    'faceBack': has('view', 'back'),
    'faceLeft': lambda who: UNCERTAIN if who.view == 'side' else 0,
    'faceRight': lambda who: UNCERTAIN if who.view == 'side' else 0,
    **{f'up-{color.title()}': has('upper_color', color) for color in UPPER_COLOR_RATIOS},
    **{
        name: has('lower_color', color)
        for color in LOWER_COLOR_RATIOS
        if (name := f'low-{color.title()}') in RAPV1_NAMES
    },
}
"""The attributes that toys have."""


def rap_image_names(pedestrians: ToyPedestrians, separator: str) -> list[str]:
    """File names with camera, day, identity and frame where both releases of RAP have them."""
    return [
        separator.join((f'CAM{who.camid:02d}', '2014-02-15', f'tarid{who.identity}', f'frame{i}'))
        + f'{separator}line1.png'
        for i, who in enumerate(pedestrians)
    ]


def write_rapv1(
    root: str | Path,
    *,
    num_train: int = 64,
    num_test: int = 16,
    seed: int = 0,
    on_image: Callable[[], object] | None = None,
    **world: Any,
) -> ToyPedestrians:
    """Write a toy benchmark in the official layout of RAP v1.

    As in the official one, five random partitions without validation images are drawn over the
    images. Attributes without a counterpart among the toys' traits (``RAPV1_RULES``) are 0; what a
    view does not show is 2, uncertain; the coordinates of boxes are 0.

    Args:
        root: Folder of ``RAP_annotation/`` and ``RAP_dataset/``; made if missing, files are
            overwritten.
        num_train: Training images of each partition; at least 1, as in the other part.
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
    partitions = random_partitions({'train': num_train, 'test': num_test}, seed)
    pedestrians = ToyPedestrians(num_train + num_test, seed=seed, **world)
    names = rap_image_names(pedestrians, '_')
    write_images(Path(root) / 'RAP_dataset', pedestrians, names, on_image)
    structs = [
        {f'{part}_index': positions.reshape(1, -1) for part, positions in partition.items()}
        for partition in partitions
    ]
    annotation = {
        'partion': cell_array(structs, (len(structs), 1)),  # as the official file spells it
        'label': labels_by_rule(pedestrians, RAPV1_NAMES, RAPV1_RULES),
        'attribute': cell_column([f'属性 {name}' for name in RAPV1_NAMES]),
        'attribute_eng': cell_column(RAPV1_NAMES),
        'position': np.zeros((len(pedestrians), 16)),
        'imagesname': cell_column(names),
        'attribute_exp': cell_column(RAPV1_EVALUATED),
    }
    write_rap_annotation(root, annotation)
    return pedestrians


def write_rap_annotation(root: str | Path, annotation: dict[str, Any]) -> None:
    """Write the struct where both releases of RAP have it."""
    path = Path(root) / 'RAP_annotation/RAP_annotation.mat'
    path.parent.mkdir(parents=True, exist_ok=True)
    savemat(path, {'RAP_annotation': annotation}, do_compression=True)
