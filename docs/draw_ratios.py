"""Draw how often the attributes of PA-100K occur, among its training images and generated people.

python docs/draw_ratios.py
"""

from pathlib import Path

import numpy as np

from par_plugins.testing import ToyPedestrians
from par_plugins.testing.toy_appearance import PA100K_ATTRIBUTES, pa100k_labels
from par_plugins.visualization.positive_ratio_figure import positive_ratio_figure

PEOPLE = 20_000


def main() -> None:
    people = ToyPedestrians(PEOPLE, images_per_identity=1)
    figure = positive_ratio_figure(
        [attribute.name for attribute in PA100K_ATTRIBUTES],
        {
            'PA-100K, 80,000 training images': np.array([a.ratio for a in PA100K_ATTRIBUTES]),
            f'generated, {PEOPLE:,}': pa100k_labels(people).mean(axis=0),
        },
    )
    figure.savefig(Path(__file__).with_name('images') / 'ratios.png')


if __name__ == '__main__':
    main()
