import json
import math

import pytest

from par_plugins.apis.run_scores import RunScores
from par_plugins.structures import InputError

WHOLE = {'config': 'a', 'seed': 0, 'scores': {'attribute/mA': 80.5, 'attribute/f1': None}}


def test_scores_are_read_and_undefined_ones_are_nan(tmp_path):
    path = tmp_path / 'test_scores.json'
    path.write_text(json.dumps(WHOLE), encoding='utf-8')
    found = RunScores.read(path)
    assert (found.config, found.seed, found.score('attribute/mA', source=path)) == ('a', 0, 80.5)
    assert math.isnan(found.score('attribute/f1', source=path))


@pytest.mark.parametrize(
    ('text', 'message'),
    [
        ('', 'Expecting value'),
        ('{"config": "a", "seed": 0, "sco', 'Unterminated string'),
        ('\x00\x00', 'Expecting value'),
        ('[' * 100_000, ''),
        ('7', 'the file is 7, not a table'),
        ('[]', r'the file is \[\], not a table'),
        ('null', 'the file is None, not a table'),
        ('{}', "it has no 'config'"),
        (json.dumps({**WHOLE, 'config': 3}), 'config is 3, not a name'),
        (json.dumps({**WHOLE, 'config': None}), 'config is None, not a name'),
        (json.dumps({**WHOLE, 'seed': [0]}), r'seed is \[0\], not a whole number'),
        (json.dumps({**WHOLE, 'seed': {}}), r'seed is \{\}, not a whole number'),
        (json.dumps({**WHOLE, 'seed': 0.5}), 'seed is 0.5, not a whole number'),
        (json.dumps({**WHOLE, 'scores': [80]}), r'scores is \[80\], not a table of numbers'),
        (json.dumps({**WHOLE, 'scores': {'a': 'b'}}), "scores: a is 'b', not a number"),
        (json.dumps({**WHOLE, 'scores': {'a': [1]}}), r'scores: a is \[1\], not a number'),
        (json.dumps({**WHOLE, 'scores': {'a': True}}), 'scores: a is True, not a number'),
        (json.dumps({**WHOLE, 'scores': 'x' * 10_000}), "scores is 'x+…x+', not a table"),
    ],
)
def test_damage_is_one_sentence_that_names_file_and_entry(tmp_path, text, message):
    path = tmp_path / 'test_scores.json'
    path.write_text(text, encoding='utf-8')
    with pytest.raises(
        InputError, match=rf'test_scores\.json: not the scores of a run: .*{message}'
    ) as caught:
        RunScores.read(path)
    assert len(str(caught.value).splitlines()) == 1


def test_what_is_no_text_or_not_there_is_named(tmp_path):
    path = tmp_path / 'test_scores.json'
    with pytest.raises(InputError, match=r'test_scores\.json: .*No such file'):
        RunScores.read(path)
    path.write_bytes(b'\xff\xfe{}')
    with pytest.raises(InputError, match=r'test_scores\.json: .*codec'):
        RunScores.read(path)
