"""What a sampling law does to a set of labels."""

from dataclasses import dataclass

import numpy as np

from par_plugins.datasets.samplers.label_rows import LabelRows


@dataclass(frozen=True, eq=False)
class ResampledLabels:
    """The mean number of draws of each image, and the proportions that come of it.

    A column is a binary attribute or one value of a categorical one.

    Attributes:
        weights: ``(N,)`` float64, mean number of draws of each image in an epoch.
        column_names: Names of the C columns.
        proportions_before: ``(C,)`` share of positives among the known labels of a column.
        proportions_after: The same among the draws. NaN where no label is known.
    """

    weights: np.ndarray
    column_names: tuple[str, ...]
    proportions_before: np.ndarray
    proportions_after: np.ndarray

    @staticmethod
    def from_weights(weights: np.ndarray, rows: LabelRows) -> 'ResampledLabels':
        """Weigh the images of a label matrix.

        Args:
            weights: ``(N,)`` mean number of draws of each image.
            rows: Their labels.
        """
        before, after = rows.proportions(np.ones_like(weights)), rows.proportions(weights)
        return ResampledLabels(weights, rows.column_names, before, after)

    @property
    def size(self) -> int:
        """Number of draws M in an epoch."""
        return round(float(self.weights.sum()))

    @property
    def effective_sample_size(self) -> float:
        """``(sum w)^2 / (N sum w^2)``: 1 if all images are drawn alike, 1/N if one has it all."""
        return float(self.weights.sum() ** 2 / (len(self.weights) * (self.weights**2).sum()))

    @property
    def largest_repeat(self) -> float:
        """The largest weight: an image stands at most this often, rounded up, in an epoch."""
        return float(self.weights.max())

    @property
    def share_drawn(self) -> float:
        """Mean share of the N images that stand in an epoch at all."""
        return float(np.minimum(self.weights, 1).mean())

    def table(self) -> str:
        """Return the proportions before and after in lines of text, with a summary above."""
        width = max(map(len, self.column_names))
        lines = [
            f'{self.size:,} draws from {len(self.weights):,} images: '
            f'{self.share_drawn:.1%} of the images in an epoch, at most '
            f'{self.largest_repeat:.4g} times each, effective sample size '
            f'{self.effective_sample_size:.1%}',
            f'{"":{width}}   before    after',
        ]
        for name, before, after in zip(
            self.column_names, self.proportions_before, self.proportions_after, strict=True
        ):
            lines.append(f'{name:{width}}  {before:7.2%}  {after:7.2%}')
        return '\n'.join(lines)
