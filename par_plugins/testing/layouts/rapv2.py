"""RAP v2: ``RAP_annotation.mat`` and ``RAP_dataset``; half of the images have identities."""

import numpy as np

from par_plugins.testing.layouts.rapv1 import (
    RULES_OF_BOTH,
    UNCERTAIN,
    rap_image_names,
    rap_partitions,
    write_rap_annotation,
)
from par_plugins.testing.toy_appearance import LOWER_COLOR_RATIOS, UPPER_COLOR_RATIOS
from par_plugins.testing.toy_layout import (
    Rule,
    ToyLayout,
    WrittenImages,
    cell_array,
    cell_column,
    color_rules,
    from_behind,
    has,
    labels_by_rule,
    rules,
)

COLORS = (
    'ColorBlack ColorWhite ColorGray ColorRed ColorGreen ColorBlue ColorSilver ColorYellow '
    'ColorBrown ColorPurple ColorPink ColorOrange ColorMixture ColorOther'
).split()
NAMES = [
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

SELECTED = [
    *range(1, 6), *range(8, 11), 12, 13, *range(14, 19), *range(22, 32), 46, 48, 49, 51, 52, 53,
    *range(68, 72), 73, 74, *range(89, 92), *range(93, 97), 98, 99, 101, 102, *range(106, 112),
]  # fmt: skip
"""The 54 evaluated columns, counted from 1."""

RULES: dict[str, Rule] = {
    **RULES_OF_BOTH,
    **rules("""
    Femal=gender:female AgeBiger60=age:over60 lb-Shorts=lower_wear:shorts
    attachment-Backpack=backpack attachment-ShoulderBag=shoulder_bag attachment-HandBag=hand_bag
    action-CarryingByHand=hand_bag up-ColorRed=upper_color:red
    """),
    'attachment-Box': from_behind(has('holds_object'), UNCERTAIN),
    'viewpoint': lambda who: {'front': 1, 'back': 2, 'side': 3}[who.view],
    **color_rules('ub-Color', 'upper_color', UPPER_COLOR_RATIOS.keys() - {'red'}),  # up-ColorRed
    **color_rules('lb-Color', 'lower_color', LOWER_COLOR_RATIOS),
}
"""The columns that toys have; what a view does not show is 2, uncertain."""


def _annotate(written: WrittenImages) -> None:
    people, partitions = written.people['all'], rap_partitions(written)
    identities = np.array([who.identity for who in people])
    identities[(len(people) + 1) // 2 :] = -1
    known = np.unique(identities[identities > 0])
    annotation = {
        'name': cell_column(written.names['all']),
        'data': labels_by_rule(people, NAMES, RULES).astype(np.int32),
        'attribute': cell_column(NAMES),
        'selected_attribute': np.array([SELECTED]),
        'partition_attribute': cell_array(partitions, (1, len(partitions))),
        'partition_reid': {
            'train_identity': known[::2].reshape(1, -1),
            'test_identity': known[1::2].reshape(1, -1),
        },
        'person_identity': identities.reshape(-1, 1),
    }
    write_rap_annotation(written.root, annotation)


LAYOUT = ToyLayout(
    folder='RAP_dataset', file_names=rap_image_names('-'), annotate=_annotate, partitioned=True
)
