"""Names of attributes, values and runs in figures: any script, and nothing that does harm."""

import warnings
from collections.abc import Iterable

from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties, findfont, fontManager, get_font
from matplotlib.text import Text

from par_plugins.structures import printable

LONGEST = 40
"""Letters of a name that are shown: longer ones would leave no room for the figure."""
PLACEHOLDERS = ('.LastResort', 'Last Resort')
"""Fonts that have a box for everything."""


def shown(name: str, *, longest: int = LONGEST) -> str:
    """Return a name as matplotlib is to get it: one line, not too long, with plain dollar signs."""
    return printable(name, longest=longest).replace('$', r'\$')


def with_glyphs(figure: Figure) -> Figure:
    """Let a figure's texts take the letters that its font lacks from other fonts there are.

    What no installed font has is named in a warning: there a box is drawn.

    Args:
        figure: With all of its texts.

    Returns:
        The same figure.
    """
    axes = [axis for panel in figure.axes for axis in (panel.xaxis, panel.yaxis)]
    for axis in axes:
        axis.get_ticklabels()  # makes them
    texts = figure.findobj(Text)
    letters = {ord(char) for text in texts for char in text.get_text() if char != '\n'}
    usual = FontProperties()
    missing = letters - set(get_font(findfont(usual)).get_charmap())
    if not missing:
        return figure
    names, missing = _fonts_with(missing)
    if missing:
        lacking = ' '.join(map(chr, sorted(missing)))
        warnings.warn(
            f'no installed font has a glyph for {printable(lacking, longest=LONGEST)}: the figure '
            'has boxes there; install one (Noto, say) and delete the cache of matplotlib',
            stacklevel=3,
        )
    families = [*usual.get_family(), *names]
    for text in texts:
        text.set_fontfamily(families)
    for axis in axes:
        axis.set_tick_params(labelfontfamily=families)
    return figure


def _fonts_with(letters: Iterable[int]) -> tuple[list[str], set[int]]:
    """Names of few fonts that have letters, and the letters that none has."""
    missing, names = set(letters), []
    fonts = {}
    for entry in fontManager.ttflist:
        upright = entry.style == 'normal' and entry.weight in (400, 'normal', 'regular')
        if upright and entry.name not in fonts and not entry.name.startswith(PLACEHOLDERS):
            fonts[entry.name] = missing & set(get_font(entry.fname).get_charmap())
    while missing:
        name = max(sorted(fonts), key=lambda name: len(fonts[name] & missing), default=None)
        if name is None or not fonts[name] & missing:
            break
        names.append(name)
        missing -= fonts[name]
    return names, missing
