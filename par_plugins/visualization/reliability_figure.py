"""Whether a network's outputs mean what they say."""

from collections.abc import Mapping

from matplotlib.figure import Figure

from par_plugins.evaluation.functional import ReliabilityBins


def reliability_figure(bins: Mapping[str, ReliabilityBins]) -> Figure:
    """Draw the share of positives over the output, beside how many outputs there are.

    Args:
        bins: By what they are of, such as ``as they are`` and ``calibrated``.

    Returns:
        A figure that belongs to no window.
    """
    figure = Figure(figsize=(5, 6), layout='constrained')
    above, below = figure.subplots(2, 1, sharex=True, height_ratios=(3, 1))
    above.plot([0, 1], [0, 1], color='0.6', linewidth=0.8, linestyle=':')
    for name, each in bins.items():
        filled = each.counts > 0
        label = f'{name}: expected error {each.expected_error:.3f}'
        above.plot(each.outputs[filled], each.shares[filled], 'o-', label=label)
        below.step(each.outputs[filled], each.counts[filled], where='mid')
    above.set_ylabel('share of positives')
    above.legend(frameon=False)
    below.set_yscale('log')
    below.set_ylabel('outputs')
    below.set_xlabel('output of the network')
    below.set_xlim(0, 1)
    return figure
