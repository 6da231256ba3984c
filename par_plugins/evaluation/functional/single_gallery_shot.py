"""Rankings of galleries with one image an identity, drawn at random: the protocol of CUHK03.

W. Li et al., "DeepReID: Deep Filter Pairing Neural Network for Person Re-Identification", CVPR
2014. A draw is one gallery for all queries, not one for each of them as in common code; only the
image of a query's own identity is drawn among its positives.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from par_plugins.evaluation.functional.gallery_keys import GalleryKeys, KeyBlock
from par_plugins.evaluation.functional.gallery_positions import ranks_before
from par_plugins.evaluation.functional.identity_pairs import IdentityPairs, RetrievalLabels


@dataclass(frozen=True)
class GalleryDraws:
    """Galleries of one image an identity.

    Attributes:
        pids: ``(I,)`` the identities of the gallery.
        images: ``(D, I)`` the image drawn for each.
        positives: ``(D, S)`` the image drawn among each query's positives.
        query_pids: ``(S,)``.
    """

    pids: NDArray[np.int64]
    images: NDArray[np.int64]
    positives: NDArray[np.int64]
    query_pids: NDArray[np.int64]

    @classmethod
    def of(
        cls, labels: RetrievalLabels, pairs: IdentityPairs, num_draws: int, seed: int
    ) -> 'GalleryDraws':
        """Draw: every gallery image gets a random number, the smallest of an identity wins.

        Args:
            labels: Of queries and gallery.
            pairs: Of the queries that are scored.
            num_draws: D.
            seed: Of NumPy's default generator, which gives the ``(D, G)`` numbers.
        """
        numbers = np.random.default_rng(seed).random((num_draws, len(labels.gallery_pids)))
        known = np.flatnonzero(~labels.junk)
        pids, first = np.unique(np.sort(labels.gallery_pids[known]), return_index=True)
        row, gallery = pairs.row[pairs.positive], pairs.gallery[pairs.positive]
        starts = np.searchsorted(row, np.arange(len(pairs.queries)))
        images, positives = [], []
        for draw in numbers:
            by_identity = np.lexsort([draw[known], labels.gallery_pids[known]])
            images.append(known[by_identity[first]])
            positives.append(gallery[np.lexsort([draw[gallery], row])[starts]])
        return cls(pids, np.stack(images), np.stack(positives), labels.query_pids[pairs.queries])

    def ranks(self, first: int, keys: GalleryKeys, block: KeyBlock) -> NDArray[np.int64]:
        """Rank of the positive in each draw.

        Args:
            first: Number of scored queries before the block.
            keys: Where the block comes from.
            block: Keys of n queries.

        Returns:
            ``(D, n)``, from 1.
        """
        last = first + len(block.queries)
        others = self.query_pids[first:last, None] != self.pids
        ranks = [
            1 + (ranks_before(keys, block, images, own) & others).sum(axis=1)
            for images, own in zip(self.images, self.positives[:, first:last], strict=True)
        ]
        return np.stack(ranks)
