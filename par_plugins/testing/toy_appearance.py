"""Who is in the picture: toy pedestrians sampled with the ratios and correlations of PA-100K.

A pedestrian is a few named traits. An attribute of a benchmark is a trait with a certain value, so
label vectors are derived by name and never stored beside the traits that are drawn.
"""

from collections.abc import Iterable
from dataclasses import dataclass, fields
from typing import Any, Literal, NamedTuple

import numpy as np

from par_plugins.testing.toy_random import Stream, generator

NUM_CAMERAS = 6


@dataclass(frozen=True)
class ToyPedestrian:
    """One sighting of one person. Every trait below ``view`` belongs to the identity.

    The defaults are the usual values: sampling gives a trait its default unless a rarer one is
    drawn. Colours are keys of ``UPPER_COLOR_RATIOS``, ``LOWER_COLOR_RATIOS``, ...
    """

    identity: int = 1
    camid: int = 1
    view: Literal['front', 'side', 'back'] = 'front'
    gender: Literal['male', 'female'] = 'male'
    age: Literal['less18', '18-60', 'over60'] = '18-60'
    hair: Literal['short', 'long'] = 'short'
    lower_wear: Literal['trousers', 'shorts', 'skirt'] = 'trousers'
    sleeve: Literal['short', 'long'] = 'long'
    upper_pattern: Literal['plain', 'stripe', 'logo', 'plaid', 'splice'] = 'plain'
    lower_pattern: Literal['plain', 'stripe', 'dots'] = 'plain'
    hat: bool = False
    glasses: bool = False
    hand_bag: bool = False
    shoulder_bag: bool = False
    backpack: bool = False
    holds_object: bool = False
    long_coat: bool = False
    boots: bool = False
    upper_color: str = 'white'
    lower_color: str = 'black'
    skin_color: str = 'light'
    hair_color: str = 'black'
    bag_color: str = 'black'
    accent_color: str = 'red'


class PA100KAttribute(NamedTuple):
    """An attribute of PA-100K: its name, the trait value that it stands for, its positive ratio."""

    name: str
    trait: str
    value: str | bool
    ratio: float


# In native order; ratios: official annotation.mat, means of train_label (80,000 rows), rounded.
PA100K_ATTRIBUTES = (
    PA100KAttribute('Female', 'gender', 'female', 0.456),
    PA100KAttribute('AgeOver60', 'age', 'over60', 0.014),
    PA100KAttribute('Age18-60', 'age', '18-60', 0.934),
    PA100KAttribute('AgeLess18', 'age', 'less18', 0.052),
    PA100KAttribute('Front', 'view', 'front', 0.359),
    PA100KAttribute('Side', 'view', 'side', 0.284),
    PA100KAttribute('Back', 'view', 'back', 0.357),
    PA100KAttribute('Hat', 'hat', True, 0.044),
    PA100KAttribute('Glasses', 'glasses', True, 0.179),
    PA100KAttribute('HandBag', 'hand_bag', True, 0.184),
    PA100KAttribute('ShoulderBag', 'shoulder_bag', True, 0.191),
    PA100KAttribute('Backpack', 'backpack', True, 0.148),
    PA100KAttribute('HoldObjectsInFront', 'holds_object', True, 0.0096),
    PA100KAttribute('ShortSleeve', 'sleeve', 'short', 0.586),
    PA100KAttribute('LongSleeve', 'sleeve', 'long', 0.414),
    PA100KAttribute('UpperStride', 'upper_pattern', 'stripe', 0.051),
    PA100KAttribute('UpperLogo', 'upper_pattern', 'logo', 0.154),
    PA100KAttribute('UpperPlaid', 'upper_pattern', 'plaid', 0.109),
    PA100KAttribute('UpperSplice', 'upper_pattern', 'splice', 0.044),
    PA100KAttribute('LowerStripe', 'lower_pattern', 'stripe', 0.005),
    PA100KAttribute('LowerPattern', 'lower_pattern', 'dots', 0.018),
    PA100KAttribute('LongCoat', 'long_coat', True, 0.028),
    PA100KAttribute('Trousers', 'lower_wear', 'trousers', 0.709),
    PA100KAttribute('Shorts', 'lower_wear', 'shorts', 0.174),
    PA100KAttribute('Skirt&Dress', 'lower_wear', 'skirt', 0.117),
    PA100KAttribute('boots', 'boots', True, 0.0062),
)

# Attributes of a person that the camera cannot see from behind: labelled 0 there.
HIDDEN_FROM_BACK = frozenset({'Glasses', 'HoldObjectsInFront', 'UpperLogo'})

# The share of an attribute's positives among those who have another attribute, from the same
# labels. Several others exclude each other; all belong to traits sampled earlier (earlier fields
# above). Shares of attributes hidden from behind are among the images from the front and the side.
CONDITIONS: dict[str, dict[str, float]] = {
    'Shorts': {'AgeLess18': 0.74},
    'Skirt&Dress': {'Female': 0.117 / 0.456},  # women alone
    'ShortSleeve': {'Shorts': 0.98, 'Skirt&Dress': 0.79},
    'UpperStride': {'ShortSleeve': 0.07},
    'UpperLogo': {'ShortSleeve': 0.32},
    'UpperPlaid': {'ShortSleeve': 0.08},
    'UpperSplice': {'ShortSleeve': 0.033},
    'LowerStripe': {'Skirt&Dress': 0.024},
    'LowerPattern': {'ShortSleeve': 0.027},
    'Hat': {'LongSleeve': 0.09},
    'Glasses': {'Female': 0.14},
    'HandBag': {'Female': 0.24},
    'ShoulderBag': {'Female': 0.32},
    'Backpack': {'AgeLess18': 0.71},
    'LongCoat': {'LongSleeve': 0.064},
    'boots': {'LongCoat': 0.055},
}

# Market-1501 attributes, 751 training identities: gender x hair, and colours (rounded, over those
# that have one).
LONG_HAIR_RATIOS = {'female': 0.75, 'male': 0.01}
UPPER_COLOR_RATIOS = {
    'white': 0.33,
    'black': 0.17,
    'gray': 0.13,
    'red': 0.12,
    'green': 0.08,
    'blue': 0.07,
    'yellow': 0.05,
    'purple': 0.05,
}
LOWER_COLOR_RATIOS = {
    'black': 0.41,
    'blue': 0.17,
    'gray': 0.17,
    'brown': 0.095,
    'white': 0.08,
    'pink': 0.04,
    'green': 0.019,
    'yellow': 0.013,
    'purple': 0.003,
}
# No benchmark says these; they only keep identities apart.
SKIN_COLOR_RATIOS = {'light': 0.4, 'medium': 0.4, 'dark': 0.2}
HAIR_COLOR_RATIOS = {'black': 0.6, 'brown': 0.3, 'blond': 0.1}
BAG_COLOR_RATIOS = {'black': 0.3, 'brown': 0.3, 'red': 0.2, 'blue': 0.2}
ACCENT_COLOR_RATIOS = {'red': 0.3, 'blue': 0.3, 'yellow': 0.2, 'green': 0.2}
_COLOR_RATIOS = {
    'upper_color': UPPER_COLOR_RATIOS,
    'lower_color': LOWER_COLOR_RATIOS,
    'skin_color': SKIN_COLOR_RATIOS,
    'hair_color': HAIR_COLOR_RATIOS,
    'bag_color': BAG_COLOR_RATIOS,
    'accent_color': ACCENT_COLOR_RATIOS,
}

_ATTRIBUTE = {attribute.name: attribute for attribute in PA100K_ATTRIBUTES}
_VIEW_RATIOS = {str(a.value): a.ratio for a in PA100K_ATTRIBUTES if a.trait == 'view'}
_DEFAULT = {field.name: field.default for field in fields(ToyPedestrian)}
# The values of each trait that are rarer than its default, in the order of the fields.
_RARER = {
    trait: [a for a in PA100K_ATTRIBUTES if a.trait == trait and a.value != _DEFAULT[trait]]
    for trait in _DEFAULT
    if trait != 'view' and any(a.trait == trait for a in PA100K_ATTRIBUTES)
}


def trait_ratio(name: str) -> float:
    """Ratio of people (not of images) who have a PA-100K attribute, seen or not."""
    hidden = _ATTRIBUTE['Back'].ratio if name in HIDDEN_FROM_BACK else 0.0
    return _ATTRIBUTE[name].ratio / (1 - hidden)


def conditional_ratio(name: str, given: str | None) -> float:
    """Ratio of people who have ``name`` among those with ``given``, one of its conditions.

    That is the share in ``CONDITIONS``. With None it is the ratio among those with none of its
    conditions, which keeps the ratio of all people at ``trait_ratio(name)``.
    """
    shares = CONDITIONS.get(name, {})
    if given is not None:
        return shares[given]
    explained = sum(trait_ratio(other) * share for other, share in shares.items())
    return (trait_ratio(name) - explained) / (1 - sum(map(trait_ratio, shares)))


def sample_pedestrian(
    seed: int, identity: int, shot: int, *, num_cameras: int = NUM_CAMERAS
) -> ToyPedestrian:
    """Sample the traits of an identity, and the camera and the view of one of its shots.

    Args:
        seed: Of the toy world.
        identity: At least 0; decides all traits together with ``seed``.
        shot: Number of the identity's image, from 0; successive shots are under successive cameras.
        num_cameras: Number of cameras.
    """
    rng = generator(seed, Stream.IDENTITY, identity)
    drawn = (*_RARER, 'hair', *_COLOR_RATIOS)
    uniforms = dict(zip(drawn, rng.random(len(drawn)), strict=True))
    first_camera = int(rng.integers(num_cameras))
    traits: dict[str, Any] = {}
    for trait, attributes in _RARER.items():
        traits[trait] = _DEFAULT[trait]
        upper_end = 0.0
        for attribute in attributes:
            given = _present_condition(attribute.name, traits)
            upper_end += conditional_ratio(attribute.name, given)
            if uniforms[trait] < upper_end:
                traits[trait] = attribute.value
                break
    if uniforms['hair'] < LONG_HAIR_RATIOS[traits['gender']]:
        traits['hair'] = 'long'
    for trait, ratios in _COLOR_RATIOS.items():
        traits[trait] = _pick(ratios, uniforms[trait])
    traits['view'] = _pick(_VIEW_RATIOS, generator(seed, Stream.SIGHTING, identity, shot).random())
    return ToyPedestrian(identity, (first_camera + shot) % num_cameras + 1, **traits)


def pa100k_labels(pedestrians: Iterable[ToyPedestrian]) -> np.ndarray:
    """Label matrix (N, 26) of 0 and 1, uint8, in the native order of PA-100K."""
    return np.array(
        [[_is_labelled(p, a) for a in PA100K_ATTRIBUTES] for p in pedestrians], dtype=np.uint8
    ).reshape(-1, len(PA100K_ATTRIBUTES))


def _is_labelled(pedestrian: ToyPedestrian, attribute: PA100KAttribute) -> bool:
    hidden = pedestrian.view == 'back' and attribute.name in HIDDEN_FROM_BACK
    return not hidden and getattr(pedestrian, attribute.trait) == attribute.value


def _present_condition(name: str, traits: dict[str, Any]) -> str | None:
    for given in CONDITIONS.get(name, {}):
        attribute = _ATTRIBUTE[given]
        if traits[attribute.trait] == attribute.value:
            return given
    return None


def _pick(ratios: dict[str, float], uniform: float) -> str:
    ends = np.cumsum(list(ratios.values()))
    return list(ratios)[int(np.searchsorted(ends, uniform * ends[-1], side='right'))]
