"""README.md and metafile.yml of a release: what is known of a model, for people and for programs.

Both are made of the same numbers, those of ``test_scores.json``.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any

import yaml

from par_plugins.deployment.checksums import SUMS
from par_plugins.deployment.measured_scores import DIGITS, FEWEST, HEIGHTS, SCORES
from par_plugins.deployment.release_notes import NOT_STATED, ReleaseNotes
from par_plugins.structures import AnswerRules, printable
from par_runtime.answer_rules import HALF

TASK = 'Attribute Recognition'
RULES = {
    'half': '0.5 for every attribute',
    'prior': "each attribute's share of positives in training",
    'mA': "tuned for mA on the validation split, shrunk towards the prior's",
    'f1': 'tuned for F1 on the validation split, one for all calibrated outputs',
}
"""What the thresholds of each rule are."""
NOT_FOR = (
    'to identify people, or to follow a person whom it does not concern',
    'for decisions about people: admission, suspicion, work, insurance, health',
    'to infer who somebody is: what is labelled is how a person looks in a picture, as annotators '
    'saw it, and not gender, age, origin or intent',
    'where pictures differ from the test set (cameras, countries, seasons, image sizes) and its '
    'answers were not measured again there',
)
HEADINGS = {
    'par_plugins': 'With par_plugins',
    'mmpretrain': 'With mmpretrain',
    'torch': 'With torch alone',
    'onnxruntime': 'With onnxruntime alone',
}


def model_card(
    notes: ReleaseNotes,
    scores: Mapping[str, Any],
    rules: AnswerRules,
    *,
    examples: Mapping[str, str],
    forms: Mapping[str, str],
    settings: Mapping[str, Any],
    fingerprint: Mapping[str, Any],
    initial_weights: Sequence[str],
) -> str:
    """Write README.md.

    Args:
        notes: Words of those who release it.
        scores: Of ``measured_scores``.
        rules: Thresholds and limits.
        examples: Code by what it uses.
        forms: By the name of a file how it compares with the network.
        settings: Of the training run.
        fingerprint: Of the test set.
        initial_weights: Addresses of what training began with.
    """
    front = yaml.safe_dump(_front_matter(notes, scores), sort_keys=False, allow_unicode=True)
    parts = [
        f'---\n{front}---\n',
        f'# {notes.name}\n',
        f'Attributes of a person in a picture: {len(rules.schema)} of them, a probability each. '
        f'Written by `par release`; `par verify` checks it.\n',
        '## Data\n',
        _list(
            {
                'Trained on': notes.training_data,
                'Licence of these data': notes.data_licence,
                'Licence of the weights': notes.licence,
                'Weights at the start': ', '.join(initial_weights) or 'random',
                **settings,
                'Test set': f'{scores["pictures"]} pictures, whose files have together the SHA-256 '
                f'{fingerprint["sha256_of_pictures"]}, and labels '
                f'{fingerprint["sha256_of_labels"]}',
            }
        ),
        '## Scores\n',
        f'Test set, {scores["pictures"]} pictures, protocol `{scores["protocol"]}`, in percent; in '
        'brackets 95 % intervals of test sets drawn from this one with replacement (pictures are '
        'drawn one by one: several of one person make the true interval wider).\n',
        _score_table(scores),
        f'mAP (needs no threshold): {_number(scores["mAP"])}.\n',
        *(
            f'The same of `{name}`, whose answers are not exactly those of the network:\n\n'
            f'{_score_table(found)}mAP: {_number(found["mAP"])}.\n'
            for name, found in scores.get('forms', {}).items()
        ),
        '## Attributes\n',
        f'At a threshold of 0.5 (rule `{HALF}`) on the test set, in percent, with 95 % intervals '
        'after Wilson; mA at the other rules, and AP, which needs no threshold. Threshold is that '
        'of the rule `f1`, by which answers are given.\n',
        _attribute_table(scores),
        '## Groups of pictures\n',
        f'mA at 0.5 among the pictures of a camera, of a height (edges at '
        f'{", ".join(map(str, HEIGHTS))} pixels), and with a value of another attribute: the mean '
        f'over the attributes with at least {FEWEST} positives and negatives there. Every '
        'attribute of every group, with counts and intervals, is in `test_scores.json`.\n',
        _group_table(scores),
        '## Limits\n',
        _limits(scores, rules),
        'It is not meant:\n',
        ''.join(f'- {use};\n' for use in NOT_FOR).removesuffix(';\n') + '.\n',
        '## Use\n',
        *(f'`{name}`: {compared}.\n' for name, compared in forms.items()),
        *(
            f'{HEADINGS[name]}:\n\n```python\n{code}```\n'
            for name, code in examples.items()
            if name in HEADINGS
        ),
        '## Trust\n',
        f'`par verify .` checks every file against `{SUMS}`, loads the weights without running '
        'code, and compares all their forms on generated pictures; with `--data ROOT` it tests '
        'again. That finds damage, not forgery: who can change the files can change the sums. '
        f'Compare the SHA-256 of `{SUMS}` itself with one that you have from elsewhere.\n',
    ]
    return '\n'.join(parts)


def score_tables(scores: Mapping[str, Any]) -> list[str]:
    """Return the tables of the card, in order.

    Args:
        scores: Of ``measured_scores``.
    """
    return [
        *map(_score_table, [scores, *scores.get('forms', {}).values()]),
        _attribute_table(scores),
        _group_table(scores),
    ]


def metafile_entry(
    notes: ReleaseNotes,
    scores: Mapping[str, Any],
    *,
    checkpoint: str,
    sha256: str,
    parameters: int,
) -> dict[str, Any]:
    """Return the entry of the model in ``metafile.yml``.

    Args:
        notes: Words of those who release it.
        scores: Of ``measured_scores``.
        checkpoint: Name of the file with the weights.
        sha256: Of this file.
        parameters: Number of the network's.
    """
    address = f'{notes.url.rstrip("/")}/{checkpoint}' if notes.url else checkpoint
    return {
        'Models': [
            {
                'Name': notes.name,
                'Metadata': {
                    'Training Data': notes.training_data,
                    'Parameters': parameters,
                    'SHA256': sha256,
                },
                'Results': [
                    {
                        'Task': TASK,
                        'Dataset': f'{notes.training_data}, test',
                        'Metrics': {key: value for key, _, value in _flat(scores)},
                    }
                ],
                'Config': 'config.py',
                'Weights': address,
            }
        ]
    }


def _front_matter(notes: ReleaseNotes, scores: Mapping[str, Any]) -> dict[str, Any]:
    return {
        'license': notes.licence,
        'library_name': 'par-plugins',
        'pipeline_tag': 'image-classification',
        'tags': ['person-attributes', 'openmmlab'],
        'model-index': [
            {
                'name': notes.name,
                'results': [
                    {
                        'task': {'type': 'image-classification', 'name': TASK},
                        'dataset': {
                            'name': notes.training_data,
                            'type': 'other' if notes.training_data == NOT_STATED else 'images',
                            'split': 'test',
                        },
                        'metrics': [
                            {'type': key, 'name': name, 'value': value}
                            for key, name, value in _flat(scores)
                        ],
                    }
                ],
            }
        ],
    }


def _flat(scores: Mapping[str, Any]) -> list[tuple[str, str, float]]:
    """Key, what it is, and value of every score of all attributes together."""
    protocol = scores['protocol']
    rows = [
        (f'{rule}/{key}', f'{key} (protocol {protocol}, thresholds {rule})', found['scores'][key])
        for rule, found in scores['rules'].items()
        for key in SCORES
    ]
    rows.append(('mAP', 'mAP (no threshold)', scores['mAP']))
    return [row for row in rows if row[2] is not None]


def _score_table(scores: Mapping[str, Any]) -> str:
    rows = [
        [
            f'`{rule}`: {RULES.get(rule, "see test_scores.json")}',
            *(
                f'{_number(found["scores"][key])} [{_range(found["intervals"][key])}]'
                for key in SCORES
            ),
        ]
        for rule, found in scores['rules'].items()
    ]
    return _table(['thresholds', *SCORES], rows)


def _attribute_table(scores: Mapping[str, Any]) -> str:
    others = [rule for rule in scores['rules'] if rule != HALF]
    rows = []
    for cell in scores['attributes']:
        if 'accuracy' in cell:
            rate, *interval = cell['accuracy']
            text = f'accuracy {_number(rate)} [{_range(interval)}] of {cell["labelled"]}'
            rows.append([_name(cell['name']), text, *[''] * (5 + len(others))])
            continue
        rows.append(
            [
                _name(cell['name']),
                *(f'{_rate(cell[side])}' for side in ('recall', 'specificity')),
                f'{cell["positives"]} / {cell["negatives"]}',
                _number(cell['mA']),
                *(_number(scores['rules'][r]['mA_by_attribute'][cell['name']]) for r in others),
                _number(cell['ap']),
                f'{scores["rules"]["f1"]["thresholds"][cell["name"]]:.4f}'
                if 'f1' in scores['rules']
                else '',
            ]
        )
    titles = ['recall', 'specificity', 'positives / negatives', 'mA']
    return _table(
        ['attribute', *titles, *(f'mA at {rule}' for rule in others), 'AP', 'threshold'], rows
    )


def _group_table(scores: Mapping[str, Any]) -> str:
    rows = [
        [_name(g['group']), str(g['pictures']), _number(g['mA']), str(g['attributes_scored'])]
        for g in scores['subgroups']
    ]
    return _table(['pictures', 'number', 'mA', 'attributes scored'], rows)


def _limits(scores: Mapping[str, Any], rules: AnswerRules) -> str:
    rare = [
        cell['name']
        for cell in scores['attributes']
        if 'positives' in cell and min(cell['positives'], cell['negatives']) < FEWEST
    ]
    height = rules.smallest_height
    lines = [
        'How small a person may be was not measured: answers are given at any height.'
        if height is None
        else f'People lower than {height:g} pixels are answered with "unknown".',
        'Labels are what annotators saw; their errors are in these numbers.',
    ]
    if rare:
        names = ', '.join(map(_name, rare))
        lines.append(f'Fewer than {FEWEST} positives or negatives were tested of: {names}.')
    return ''.join(f'- {line}\n' for line in lines)


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [head, ['---'] + ['---:'] * (len(head) - 1), *rows]
    return ''.join(f'| {" | ".join(map(_cell, line))} |\n' for line in lines)


def _list(items: Mapping[str, Any]) -> str:
    return ''.join(f'- {name}: {printable(str(value))}\n' for name, value in items.items())


def _name(text: str) -> str:
    """Write a name of an attribute or value so that it is neither markup nor a link."""
    return re.sub(r'([\\`*<>\[\]|])', r'\\\1', printable(text))


def _cell(text: str) -> str:
    return re.sub(r'(?<!\\)\|', r'\|', printable(text))


def _number(value: float | None) -> str:
    return 'undefined' if value is None else f'{value:.{DIGITS}f}'


def _range(ends: Sequence[float | None]) -> str:
    return '-' if None in ends else ', '.join(_number(end) for end in ends)


def _rate(rate_and_ends: Sequence[float | None]) -> str:
    rate, *ends = rate_and_ends
    return _number(rate) if rate is None else f'{_number(rate)} [{_range(ends)}]'
