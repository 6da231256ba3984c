"""RAP v1: ``RAP_annotation.mat`` and ``RAP_dataset``."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from scipy.io import savemat

from par_plugins.testing.toy_appearance import LOWER_COLOR_RATIOS, UPPER_COLOR_RATIOS
from par_plugins.testing.toy_layout import (
    Rule,
    ToyLayout,
    WrittenImages,
    always,
    cell_array,
    cell_column,
    color_rules,
    from_behind,
    has,
    labels_by_rule,
    rules,
)
from par_plugins.testing.toy_pedestrians import ToyPedestrians

UNCERTAIN = 2
EVALUATED = """
    Female AgeLess16 Age17-30 Age31-45 BodyFat BodyNormal BodyThin Customer Clerk hs-BaldHead
    hs-LongHair hs-BlackHair hs-Hat hs-Glasses hs-Muffler ub-Shirt ub-Sweater ub-Vest ub-TShirt
    ub-Cotton ub-Jacket ub-SuitUp ub-Tight ub-ShortSleeve lb-LongTrousers lb-Skirt lb-ShortSkirt
    lb-Dress lb-Jeans lb-TightTrousers shoes-Leather shoes-Sport shoes-Boots shoes-Cloth
    shoes-Casual attach-Backpack attach-SingleShoulderBag attach-HandBag attach-Box
    attach-PlasticBag attach-PaperBag attach-HandTrunk attach-Other action-Calling action-Talking
    action-Gathering action-Holding action-Pusing action-Pulling action-CarrybyArm
    action-CarrybyHand
    """.split()
NAMES = [
    *EVALUATED,
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
RULES_OF_BOTH: dict[str, Rule] = {
    **rules("""
    AgeLess16=age:less18 Age31-45=age:18-60 hs-LongHair=hair:long hs-BlackHair=hair_color:black
    hs-Hat=hat ub-Cotton=long_coat ub-ShortSleeve=sleeve:short lb-LongTrousers=lower_wear:trousers
    lb-Skirt=lower_wear:skirt shoes-Boots=boots
    """),
    'BodyNormal': always,
    'Customer': always,
    'shoes-Casual': has('boots', False),
    'hs-Glasses': from_behind(has('glasses'), UNCERTAIN),
    'action-Holding': from_behind(has('holds_object'), UNCERTAIN),
}
RULES: dict[str, Rule] = {
    **RULES_OF_BOTH,
    **rules("""
    Female=gender:female attach-Backpack=backpack attach-SingleShoulderBag=shoulder_bag
    attach-HandBag=hand_bag action-CarrybyHand=hand_bag faceFront=view:front faceBack=view:back
    """),
    'attach-Box': from_behind(has('holds_object'), UNCERTAIN),
    'faceLeft': lambda who: UNCERTAIN if who.view == 'side' else 0,
    'faceRight': lambda who: UNCERTAIN if who.view == 'side' else 0,
    **color_rules('up-', 'upper_color', UPPER_COLOR_RATIOS),
    **{
        name: rule
        for name, rule in color_rules('low-', 'lower_color', LOWER_COLOR_RATIOS).items()
        if name in NAMES
    },
}
"""The attributes that toys have; what a view does not show is 2, uncertain."""


def rap_image_names(separator: str) -> Callable[[ToyPedestrians, int], list[str]]:
    """File names with camera, day, identity and frame where both releases of RAP have them."""
    return lambda people, _: [
        separator.join((f'CAM{who.camid:02d}', '2014-02-15', f'tarid{who.identity}', f'frame{i}'))
        + f'{separator}line1.png'
        for i, who in enumerate(people)
    ]


def rap_partitions(written: WrittenImages) -> list[dict[str, np.ndarray]]:
    """The structs of the partitions."""
    return [
        {f'{part}_index': rows.reshape(1, -1) for part, rows in partition.items()}
        for partition in written.partitions
    ]


def write_rap_annotation(root: Path, annotation: dict[str, Any]) -> None:
    """Write the struct where both releases of RAP have it."""
    path = root / 'RAP_annotation/RAP_annotation.mat'
    path.parent.mkdir(parents=True, exist_ok=True)
    savemat(path, {'RAP_annotation': annotation}, do_compression=True)


def _annotate(written: WrittenImages) -> None:
    people, partitions = written.people['all'], rap_partitions(written)
    annotation = {
        'partion': cell_array(partitions, (len(partitions), 1)),  # as the official file spells it
        'label': labels_by_rule(people, NAMES, RULES),
        'attribute': cell_column([f'属性 {name}' for name in NAMES]),
        'attribute_eng': cell_column(NAMES),
        'position': np.zeros((len(people), 16)),
        'imagesname': cell_column(written.names['all']),
        'attribute_exp': cell_column(EVALUATED),
    }
    write_rap_annotation(written.root, annotation)


LAYOUT = ToyLayout(
    folder='RAP_dataset',
    file_names=rap_image_names('_'),
    annotate=_annotate,
    splits=('train', 'test'),
    partitioned=True,
)
