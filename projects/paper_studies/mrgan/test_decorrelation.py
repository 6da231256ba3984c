"""The arms of the decorrelation's study."""

import json
from pathlib import Path

from projects.paper_studies.mrgan.decorrelation import RESULTS, trainings


def test_arms_differ_in_the_decorrelation_alone_and_are_those_published():
    arms = trainings(Path('runs'))
    published = json.loads(RESULTS.read_text(encoding='utf-8'))['runs']
    assert {arm: list(runs) for arm, runs in arms.items()} == {
        arm: list(runs) for arm, runs in published.items()
    }
    models = {arm: runs['0'].config.model for arm, runs in arms.items()}
    assert models['without'].decorrelation_weight == 0
    assert models['mean, as printed'].decorrelation_reduction == 'mean'
    assert models['sum'].decorrelation_reduction == 'sum'
    others = []
    for runs in arms.values():
        config = runs['1'].config.to_dict()
        for key in ('decorrelation_weight', 'decorrelation_reduction'):
            config['model'].pop(key)
        others.append(config)
    assert all(config == others[0] for config in others)
    assert others[0]['train_dataloader']['dataset']['num_images'] == 25_000
