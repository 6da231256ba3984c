from par_plugins.apis.comparison_table import comparison_table


def test_differences_are_paired_by_seed():
    runs = {
        'plain': {'0': {'attribute/mA': 70.0}, '1': {'attribute/mA': 74.0}},
        'large': {'0': {'attribute/mA': 73.0}, '1': {'attribute/mA': 73.0}},
    }
    # 70, 74: mean 72, deviation 4 / sqrt(2). Gains 3, -1: mean 1, deviation 4 / sqrt(2).
    table = comparison_table(runs, baseline='plain', scores=['attribute/mA'])
    assert table.splitlines() == [
        '| arm | seeds | mA | mA - plain |',
        '|---|---|---|---|',
        '| plain | 2 | 72.00 ± 2.83 |  |',
        '| large | 2 | 73.00 ± 0.00 | +1.00 ± 2.83 (1/2) |',
    ]


def test_a_score_that_an_arm_does_not_give_is_blank_and_one_the_baseline_does_not_is_not_compared():
    runs = {
        'plain': {'0': {'reid/mAP': 50.0}},
        'both': {'0': {'reid/mAP': 60.0, 'attribute/mA': 70.0}},
    }
    table = comparison_table(runs, baseline='plain', scores=['reid/mAP', 'attribute/mA'])
    assert table.splitlines()[2:] == [
        '| plain | 1 | 50.00 |  |  |',
        '| both | 1 | 60.00 | 70.00 | +10.00 (1/1) |',
    ]


def test_a_condition_has_rows_of_its_own_runs_and_one_without_runs_has_none():
    runs = {
        arm: {
            f'images {size}, seed {seed}': {'attribute/mA': size + seed * gain}
            for size in (25, 50)
            for seed in (0, 1)
        }
        for arm, gain in (('plain', 2), ('large', 6))
    }
    # Seeds 0, 2: deviation sqrt(2), error 1; gains 0, 4: mean 2, error 2.
    assert comparison_table(
        runs,
        baseline='plain',
        scores=['attribute/mA'],
        conditions=['images 25', 'images 50', 'images 75'],
        standard_error=True,
    ).splitlines() == [
        '| condition | arm | runs | mA | mA - plain |',
        '|---|---|---|---|---|',
        '| images 25 | plain | 2 | 26.00 ± 1.00 |  |',
        '| images 25 | large | 2 | 28.00 ± 3.00 | +2.00 ± 2.00 (1/2) |',
        '| images 50 | plain | 2 | 51.00 ± 1.00 |  |',
        '| images 50 | large | 2 | 53.00 ± 3.00 | +2.00 ± 2.00 (1/2) |',
    ]
