"""How Sphinx builds the documentation: `make docs`, without a network."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

from nnviz import __version__

project = "nnviz"
author = "nnviz contributors"
release = version = __version__
language = "en"

extensions = ["myst_parser", "registry_tables"]
exclude_patterns = ["_build"]
myst_enable_extensions = ["deflist"]
myst_heading_anchors = 3

html_theme = "furo"
html_title = f"nnviz {release}"
html_copy_source = False
html_show_copyright = False
# The faces that the reader's system has: no font is fetched from anywhere.
html_theme_options = {
    "light_css_variables": {
        "color-brand-primary": "#2469a5",
        "color-brand-content": "#2469a5",
    },
    "dark_css_variables": {
        "color-brand-primary": "#6fb3e8",
        "color-brand-content": "#6fb3e8",
    },
}
