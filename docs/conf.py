"""How Sphinx builds the documentation: `python -m sphinx -W docs build/docs`."""

from trainstate.version import VERSION

project = "trainstate"
author = "The trainstate contributors"
copyright = "the trainstate contributors, Apache-2.0"  # noqa: A001 -- Sphinx's name for it
version = release = VERSION

extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinxcontrib.mermaid"]
exclude_patterns = ["README.md", "_build"]
html_theme = "furo"
html_title = "trainstate"

myst_heading_anchors = 3
# The same fences are drawn by code hosting sites.
myst_fence_as_directive = ["mermaid"]

autodoc_member_order = "bysource"
autodoc_typehints = "signature"
