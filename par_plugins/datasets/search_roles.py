"""Which images ask and which are searched, where no benchmark has said it."""

import numpy as np

from par_plugins.structures import UNKNOWN

QUERY, GALLERY = 'query', 'gallery'


def search_roles(pids: np.ndarray, camids: np.ndarray | None, *, seed: int) -> list[str]:
    """Draw a query for each identity and each of its cameras, as Market-1501 has it.

    An image becomes a query only as long as every query of its identity keeps an image to be found:
    one of the gallery, under another camera where there are cameras.

    Args:
        pids: ``(N,)`` identities, -1 for unknown.
        camids: ``(N,)`` cameras, or None where there are none: then one image of each identity.
        seed: Same seed, same roles.

    Returns:
        For each image ``query``, ``gallery``, or nothing where the identity is unknown.
    """
    cameras = np.zeros(len(pids), np.int64) if camids is None else camids
    is_query = np.zeros(len(pids), bool)
    shuffled = np.random.default_rng(seed).permutation(len(pids))
    by_identity = shuffled[np.argsort(pids[shuffled], kind='stable')]
    starts = np.unique(pids[by_identity], return_index=True)[1]
    for images in np.split(by_identity, starts[1:]):
        first = np.unique(cameras[images], return_index=True)[1]
        for image in images[np.sort(first)]:
            is_query[image] = True
            asking, searched = images[is_query[images]], images[~is_query[images]]
            others = cameras[searched] != cameras[asking][:, None]
            searchable = others.any(axis=1) if camids is not None else np.array([len(searched) > 0])
            is_query[image] = bool(searchable.all())
    roles = np.where(pids == UNKNOWN, '', np.where(is_query, QUERY, GALLERY))
    return [str(role) for role in roles]
