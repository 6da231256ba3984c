"""Features whose distances a loss compares: their shapes and their length."""

from torch import Tensor

from par_plugins.structures import InputError


def given_features(features: Tensor | None, name: str) -> Tensor:
    """Return the features, or refuse where there are none.

    Args:
        features: What a head has given.
        name: Of the class that compares them.

    Raises:
        InputError: If there are none.
    """
    if features is None:
        raise InputError(
            f"{name} compares features, which mmpretrain's heads do not give: hang it on a "
            'head of this project'
        )
    return features


def check_features(features: Tensor, targets: Tensor) -> None:
    """Refuse features that are none of the images of the targets.

    Args:
        features: ``(N, F)`` shared by all attributes, or ``(N, A, E)``.
        targets: ``(N, A)``.

    Raises:
        InputError: If the shapes do not fit.
    """
    if features.ndim not in (2, 3) or features.shape[:-1] != targets.shape[: features.ndim - 1]:
        raise InputError(
            f'features of shape {tuple(features.shape)} for targets of shape '
            f'{tuple(targets.shape)}: must be (N, F) or (N, A, E)'
        )


def unit_features(features: Tensor) -> Tensor:
    """Scale features to length 1 over the last dimension; those of length 0 stay so."""
    lengths = features.norm(dim=-1, keepdim=True)
    return features / lengths.masked_fill(lengths == 0, 1.0)
