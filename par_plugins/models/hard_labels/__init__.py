"""Which labels a classifier finds hard, and label vectors drawn from them."""

from par_plugins.models.hard_labels.hard_label_sampling import (
    draw_anchored_labels,
    draw_independent_labels,
)
from par_plugins.models.hard_labels.hard_label_tracker import HardLabelTracker

__all__ = ['HardLabelTracker', 'draw_anchored_labels', 'draw_independent_labels']
