import math

import numpy as np
from matplotlib.colors import to_rgba

from par_plugins.structures import Attribute, AttributeSchema
from par_plugins.visualization import (
    RankList,
    attribute_scores_figure,
    camera_pairs_figure,
    comparison_figure,
    predictions_figure,
    rank_lists_figure,
)
from par_plugins.visualization.co_occurrence_figure import (
    co_occurrence_figure,
    correlation_figure,
)
from par_plugins.visualization.positive_ratio_figure import positive_ratio_figure


def test_bars_are_ordered_by_positives_and_survive_undefined_scores(tmp_path):
    table = [
        {'name': 'common', 'ratio': 0.7, 'tpr': 90.0, 'tnr': 80.0, 'mA': 85.0},
        {'name': 'absent', 'ratio': 0.0, 'tpr': math.nan, 'tnr': 99.0, 'mA': math.nan},
        {'name': 'rare', 'ratio': 0.01, 'tpr': 20.0, 'tnr': 99.0, 'mA': 59.5},
    ]
    figure = attribute_scores_figure(table)
    axes = figure.axes[0]
    assert [label.get_text().split()[0] for label in axes.get_yticklabels()] == [
        'absent',
        'rare',
        'common',
    ]
    assert [bar.get_width() for bar in axes.patches][1:] == [59.5, 85.0]
    figure.savefig(tmp_path / 'bars.png')
    assert (tmp_path / 'bars.png').stat().st_size > 5_000


def test_each_person_shows_right_wrong_missed_and_unlabelled_attributes():
    schema = AttributeSchema(['a', 'b', 'c', 'd', 'e', Attribute('age', ('young', 'old'))])
    predictions = np.array([[1, 1, 0, 1, 0, 1]])
    targets = np.array([[1, 0, 1, -1, 0, 0]])
    figure = predictions_figure([np.zeros((8, 4, 3), np.uint8)], predictions, targets, schema)
    shown = {text.get_text(): text.get_color() for text in figure.axes[0].texts}
    assert shown == {
        'a': 'tab:green',
        'b': 'tab:red',
        'c': 'tab:orange',
        'd': '0.4',
        'age: old': 'tab:red',
    }


def test_a_rank_list_frames_right_and_wrong_and_names_what_was_predicted():
    schema = AttributeSchema(['hat', Attribute('age', ('young', 'old'))])
    picture = np.zeros((8, 4, 3), np.uint8)
    probabilities = np.array([[0.9, 0.2, 0.8], [0.1, 0.7, 0.3]])
    lists = [
        RankList(picture, [picture, picture], probabilities, right=[True, False]),
        RankList(None, [picture], probabilities[:1]),
    ]
    axes = rank_lists_figure(lists, schema).axes
    assert [place.get_title() for place in axes] == ['query', '1', '2', '', '1', '']
    assert [place.get_xlabel() for place in axes[1:3]] == ['hat\nold', 'young']
    frames = [place.spines['left'].get_edgecolor() for place in (axes[1], axes[2], axes[4])]
    assert frames == [to_rgba(color) for color in ('tab:green', 'tab:red', '0.6')]
    assert [len(place.images) for place in axes] == [1, 1, 1, 0, 1, 0]


def test_pairs_of_cameras_stand_as_the_scores_have_them():
    pairs = {
        'query_cameras': [1, 4],
        'gallery_cameras': [1, 2, 4],
        'rank1': np.array([[math.nan, 50.0, 20.0], [10.0, 30.0, math.nan]]),
        'mAP': np.zeros((2, 3)),
        'cross_camera_rank1': 27.5,
        'cross_camera_mAP': 0.0,
    }
    rank1 = camera_pairs_figure(pairs).axes[0]
    assert rank1.get_title() == 'rank1, mean over different cameras 27.50'
    assert [label.get_text() for label in rank1.get_yticklabels()] == ['camera 1', 'camera 4']
    np.testing.assert_array_equal(rank1.images[0].get_array().filled(math.nan), pairs['rank1'])
    written = {text.get_position(): text.get_text() for text in rank1.texts}
    assert written == {(1, 0): '50', (2, 0): '20', (0, 1): '10', (1, 1): '30'}


def test_correlations_keep_their_sign():
    matrix = np.array([[1.0, -0.5], [-0.5, 1.0]])
    axes = correlation_figure(['hat', 'bag'], matrix).axes[0]
    np.testing.assert_array_equal(axes.images[0].get_array(), matrix)
    assert axes.images[0].get_clim() == (-1, 1)
    assert [text.get_text() for text in axes.texts] == ['1.0', '-.5', '-.5', '1.0']


def test_numbers_can_be_read_on_any_color_and_are_left_out_where_they_could_not():
    for size in (2, 60, 61):
        shares = np.linspace(0, 1, size**2).reshape(size, size)
        axes = co_occurrence_figure([f'a{n}' for n in range(size)], shares).axes[0]
        assert len(axes.texts) == (size**2 if size < 61 else 0)
    dark, *_, light = co_occurrence_figure(['hat', 'bag'], np.eye(2)[::-1]).axes[0].texts[:2]
    assert (dark.get_color(), light.get_color()) == ('white', 'black')  # 0 is violet, 1 yellow


def test_names_of_300_letters_leave_the_plot_its_room():
    names = ['x' * 300, 'y' * 300]
    runs = {name: {0: {'mA': 50.0}} for name in names}
    table = [{'name': name, 'ratio': 0.5, 'tpr': 50, 'tnr': 50, 'mA': 50} for name in names]
    for figure in (
        attribute_scores_figure(table),
        positive_ratio_figure(names, {'train': np.array([0.1, 0.2])}),
        comparison_figure(runs, baseline=names[0], scores=['mA']),
        correlation_figure(
            [f'{number}{name}' for number in range(6) for name in names], np.eye(12)
        ),
    ):
        figure.canvas.draw()
        place = figure.axes[0].get_position()
        assert place.width > 0.3 and place.height > 0.3


def test_arms_stand_from_top_to_bottom_with_their_means_and_the_baseline_s_line():
    runs = {
        'plain': {0: {'reid/mAP': 50.0}, 1: {'reid/mAP': 60.0}},
        'other': {0: {'reid/mAP': 70.0, 'reid/rank1': 80.0}, 1: {'reid/mAP': 74.0}},
    }
    axes = comparison_figure(runs, baseline='plain', scores=['reid/mAP', 'reid/rank1']).axes
    assert [panel.get_xlabel() for panel in axes] == ['reid/mAP', 'reid/rank1']
    assert [label.get_text() for label in axes[0].get_yticklabels()] == ['plain', 'other']
    assert axes[0].yaxis_inverted()
    drawn = [line.get_xydata().tolist() for line in axes[0].lines if line.get_marker() == 'o']
    assert drawn == [[[50, 0], [60, 0]], [[55, 0]], [[70, 1], [74, 1]], [[72, 1]]]
    assert [line.get_xdata() for line in axes[0].lines if line.get_color() == 'tab:blue'] == [
        [55, 55]
    ]
    assert [line.get_xydata().tolist() for line in axes[1].lines if line.get_marker() == 'o'] == [
        [[80, 1]],
        [[80, 1]],
    ]
