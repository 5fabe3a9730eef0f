"""How Sphinx builds the documentation: `python -m sphinx -W docs build/docs`."""

from importlib.util import find_spec

from trainstate.version import installed_version

project = "trainstate"
author = "The trainstate contributors"
copyright = "the trainstate contributors, Apache-2.0"  # noqa: A001 -- Sphinx's name for it
version = release = installed_version()

extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx_copybutton"]
exclude_patterns = ["README.md", "_build"]
html_theme = "furo"
html_title = "trainstate"

# What is copied is what is typed: no prompt, and no output.
copybutton_prompt_text = r">>> |\.\.\. |\$ "
copybutton_prompt_is_regexp = True

myst_enable_extensions = ["deflist"]
myst_heading_anchors = 3

autodoc_member_order = "bysource"
autodoc_typehints = "signature"
# What an extra would bring, and is missing where the pages are built, is stood in for.
EXTRAS = ("boto3", "botocore", "hypothesis", "pytest", "uvicorn")
autodoc_mock_imports = [name for name in EXTRAS if find_spec(name) is None]
