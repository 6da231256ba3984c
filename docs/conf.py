"""How Sphinx makes the site: `make docs`."""

import sys
from pathlib import Path

sys.path[:0] = [str(Path(__file__).parent), str(Path(__file__).parents[1])]

project = 'par_plugins'
copyright = 'the authors of par_plugins'
html_title = 'par_plugins'
extensions = [
    'myst_parser',
    'sphinx.ext.autodoc',
    'sphinx.ext.napoleon',
    'sphinx_copybutton',
    'repository_pages',  # beside this file
]
html_theme = 'furo'
exclude_patterns = ['_build']
source_suffix = {'.md': 'markdown', '.rst': 'restructuredtext'}
myst_enable_extensions = ['colon_fence', 'dollarmath', 'amsmath']
myst_heading_anchors = 4
copybutton_prompt_text = '$ '
copybutton_only_copy_prompt_lines = True
copybutton_line_continuation_character = '\\'
autodoc_member_order = 'bysource'
autodoc_typehints = 'signature'
autodoc_typehints_format = 'short'
autodoc_preserve_defaults = True
napoleon_numpy_docstring = False
napoleon_use_ivar = True  # attributes are said once, by the docstring of their class
html_theme_options = {'navigation_with_keys': True}
