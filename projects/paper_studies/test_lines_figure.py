"""The figure of all curves."""

from projects.paper_studies.lines_figure import lines_figure, mean_line


def test_lines_have_their_names_and_axes(tmp_path):
    lines = {'HABP': ([1, 10, 100], [0.5, 0.6, 0.7]), 'focal': ([1, 10], [0.1, 0.2])}
    figure = lines_figure({'score': lines}, axis='rate', log='x', style='o-')
    plot = figure.axes[0]
    assert [text.get_text() for text in figure.legends[0].get_texts()] == ['HABP', 'focal']
    assert (plot.get_xscale(), plot.get_yscale()) == ('log', 'linear')
    assert list(plot.lines[0].get_ydata()) == [0.5, 0.6, 0.7]
    assert (plot.get_xlabel(), plot.get_ylabel()) == ('rate', 'score')
    figure.savefig(tmp_path / 'lines.png')
    assert (tmp_path / 'lines.png').stat().st_size > 5_000


def test_a_scalar_has_a_panel_and_an_arm_a_line():
    curves = {'loss': {'a': ([50, 100], [3.0, 2.0]), 'b': ([50], [4.0])}, 'mA': {}}
    first, second = lines_figure(curves, axis='step').axes
    assert [line.get_xydata().tolist() for line in first.lines] == [[[50, 3], [100, 2]], [[50, 4]]]
    assert first.get_ylabel() == 'loss' and second.get_ylabel() == 'mA' and not second.lines
    assert first.get_yscale() == 'linear'
    assert lines_figure(curves, axis='step', log='y').axes[0].get_yscale() == 'log'


def test_means_have_bars_of_their_spread_and_long_names_leave_room():
    line = mean_line({10: [2.0, 4.0], 1: [5.0]})
    assert line == ([1, 10], [5.0, 3.0], [0.0, 2**0.5])
    figure = lines_figure({'score': {'x' * 300: line}}, axis='rate')
    figure.canvas.draw()
    (bars,) = figure.axes[0].containers[0][2]
    ends = [[y for _, y in segment] for segment in bars.get_segments()]
    assert ends == [[5.0, 5.0], [3 - 2**0.5, 3 + 2**0.5]]
    assert figure.axes[0].get_position().width > 0.3
