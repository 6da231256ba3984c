import json

import pytest
from mmengine.config import Config

from par_plugins.apis.experiment import (
    Training,
    check_scores,
    first_difference,
    scores_of,
    train_all,
)
from par_plugins.structures import InputError

METRIC = {'type': 'ReIDMetric'}


def config(**changes):
    return Config({'model': {'size': 1}, 'steps': [{'at': 3}, {'at': 4}], **changes})


@pytest.mark.parametrize(
    ('now', 'expected'),
    [
        ({'model': {'size': 1}, 'steps': [{'at': 3}, {'at': 4}]}, None),
        ({'model': {'size': 2}, 'steps': [{'at': 3}, {'at': 4}]}, 'model.size was 1, is 2'),
        ({'model': {'size': 1}, 'steps': [{'at': 3}, {'at': 5}]}, 'steps.1.at was 4, is 5'),
        ({'model': {}, 'steps': [{'at': 3}, {'at': 4}]}, 'model.size is gone'),
        ({'model': {'size': 1, 'b': 0}, 'steps': [{'at': 3}, {'at': 4}]}, 'model.b is new'),
    ],
)
def test_the_first_difference_of_two_configs_is_named(now, expected):
    assert first_difference(config().to_dict(), now) == expected


def test_only_a_finished_run_of_the_same_config_and_seed_has_scores(tmp_path):
    training = Training(config(), tmp_path / 'run', seed=3)
    assert training.scores() is None
    training.plan()
    (tmp_path / 'run/test_scores.json').write_text(
        json.dumps({'scores': {'attribute/mA': 1.0}}), encoding='utf-8'
    )
    assert training.scores() is None  # of no checkpoint that this run has tested
    scores = {'attribute/mA': 70.0, 'attribute/f1': 80.0}
    finished = {'config': 'it', 'seed': 3, 'scores': scores}
    (tmp_path / 'run/finished.json').write_text(json.dumps(finished), encoding='utf-8')
    assert training.scores() == scores
    train_all([training], jobs=1)  # no such model could be trained
    arms = {'it': {'3': training}}
    assert scores_of(arms, ['attribute/f1', 'reid/mAP']) == {'it': {'3': {'attribute/f1': 80.0}}}
    for other in (
        Training(config(), training.folder, 4),
        Training(config(a=1), training.folder, 3),
    ):
        with pytest.raises(InputError, match='holds a run of another config'):
            other.scores()
    (tmp_path / 'run/finished.json').write_text('{', encoding='utf-8')
    with pytest.raises(InputError, match=r'finished\.json: not the scores of a run'):
        training.scores()


def test_a_score_that_one_leaf_alone_gives_is_fine_and_one_that_none_gives_is_not(tiny_root):
    root = str(tiny_root('Market1501'))
    data = {'dataset': {'type': 'Market1501', 'data_root': root, 'split': 'test'}}
    both = [METRIC, {'type': 'AttributeAccuracyMetric'}]
    configs = {
        'identity': Config({'test_dataloader': data, 'test_evaluator': METRIC}),
        'attributes': Config({'test_dataloader': data, 'test_evaluator': both}),
    }
    check_scores(configs, ['reid/rank1', 'attribute/label_accuracy'])
    with pytest.raises(InputError, match="reid/rank11: .*did you mean 'reid/rank1'"):
        check_scores(configs, ['reid/rank11'])


def test_what_a_config_imports_is_imported_where_it_is_trained(tmp_path, monkeypatch):
    module = 'raise RuntimeError("imported where it is trained")\n'
    (tmp_path / 'of_another_project.py').write_text(module, encoding='utf-8')
    monkeypatch.setenv('PYTHONPATH', str(tmp_path))
    monkeypatch.syspath_prepend(tmp_path)
    imports = config(custom_imports={'imports': ['of_another_project']})
    with pytest.raises(InputError, match='imported where it is trained'):
        train_all([Training(imports, tmp_path / 'run')], jobs=1)
