"""Settings of the site: ``make docs`` builds it into docs/_build."""

from importlib.metadata import version as installed_version

project = "dendrify_gpu"
author = "the dendrify_gpu authors"
copyright = "2026, the dendrify_gpu authors"
version = release = installed_version("dendrify_gpu")

extensions = [
    "sphinx.ext.autodoc",
    "sphinx.ext.autosummary",
    "sphinx.ext.intersphinx",
    "sphinx.ext.viewcode",
    "numpydoc",
    "myst_nb",
]
autosummary_generate = True
numpydoc_show_class_members = False
autodoc_typehints = "none"
autodoc_default_options = {"members": True, "inherited-members": True}
nb_execution_mode = "off"  # the notebooks are stored with their outputs, and executed by the tests
suppress_warnings = [
    "myst.xref_missing"
]  # the notebooks link to each other as files of the repository
exclude_patterns = ["_build", "jupyter_execute"]
html_theme = "furo"
html_title = "dendrify_gpu"
