"""Trainings are made once, and say what is wrong with them."""

import json

import pytest
from mmengine.config import Config

from par_plugins.structures import InputError
from projects.paper_studies.trainings import Training, hook, scores_of, train_all


def config(size=1):
    return Config({'model': {'type': 'it', 'size': size}})


def test_what_has_been_trained_is_not_trained_again(tmp_path):
    training = Training(config(), tmp_path / 'run')
    training.folder.mkdir()
    scores = {'mA': 70.0, 'f1': 80.0}
    (training.folder / 'test_scores.json').write_text(
        json.dumps({'scores': scores}), encoding='utf-8'
    )
    train_all([training], jobs=1)  # no such model could be trained
    assert scores_of({'it': {'0': training}}, ['f1']) == {'it': {'0': {'f1': 80.0}}}
    with pytest.raises(InputError, match='run is of another config: choose another folder'):
        train_all([Training(config(size=2), training.folder)], jobs=1)


def test_a_run_that_fails_is_named_with_its_last_words(tmp_path):
    with pytest.raises(InputError, match=r'run: the run ended with 1: \w+'):
        train_all([Training(config(), tmp_path / 'run', seed=3)], jobs=1)
    assert (tmp_path / 'run' / 'output.txt').read_text(encoding='utf-8')


def test_a_hook_is_changed_where_it_stands():
    of_types = {
        'default_hooks': {'a': {'type': 'A'}, 'none': None},
        'custom_hooks': [{'type': 'B'}],
    }
    cfg = Config(of_types)
    for name in 'AB':
        hook(cfg, name).update(interval=5)
    assert cfg.default_hooks.a.interval == cfg.custom_hooks[0].interval == 5
