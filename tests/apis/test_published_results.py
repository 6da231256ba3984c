import json

from par_plugins.apis.published_results import named_as_before, publish


def test_what_is_published_is_kept_and_printed(tmp_path):
    (tmp_path / 'results').mkdir()
    (tmp_path / 'README.md').write_text(
        'a\n<!-- rates: begin -->\n<!-- rates: end -->\nb\n', encoding='utf-8'
    )
    runs = {
        arm: {f'rate {rate}, seed 0': {'attribute/mA': score} for rate in (0.1, 1)}
        for arm, score in (('plain', 70.0), ('new', 72.0))
    }
    results = {'baseline': 'plain', 'scores': ['attribute/mA'], 'runs': runs}
    path = tmp_path / 'results' / 'rates.json'
    publish(path, results)
    assert json.loads(path.read_text(encoding='utf-8')) == results
    lines = (tmp_path / 'README.md').read_text(encoding='utf-8').splitlines()
    assert lines[4:-2] == [
        '| rate 0.1 | plain | 1 | 70.00 |  |',
        '| rate 0.1 | new | 1 | 72.00 | +2.00 (1/1) |',
        '| rate 1 | plain | 1 | 70.00 |  |',
        '| rate 1 | new | 1 | 72.00 | +2.00 (1/1) |',
    ]


def test_arms_keep_the_names_that_the_file_gave_their_leaves(tmp_path):
    path = tmp_path / 'rates.json'
    results = {'baseline': 'plain_leaf', 'scores': [], 'runs': {'plain_leaf': {}, 'new_leaf': {}}}
    first = named_as_before(path, results)
    assert first == {**results, 'leaves': {'plain_leaf': 'plain_leaf', 'new_leaf': 'new_leaf'}}
    path.write_text(json.dumps({'leaves': {'plain': 'plain_leaf'}}), encoding='utf-8')
    again = named_as_before(path, results)
    assert again['baseline'] == 'plain' and list(again['runs']) == ['plain', 'new_leaf']
    assert again['leaves'] == {'plain': 'plain_leaf', 'new_leaf': 'new_leaf'}
