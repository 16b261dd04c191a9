"""The examples in the docstrings run and print what they say."""

from __future__ import annotations

import doctest
import importlib
import pkgutil

import pytest

import dendrify_gpu
import dendrify_gpu.compartments
import dendrify_gpu.gpu

FLAGS = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE


def module_names() -> list[str]:
    """Return every module of the package; `__main__` modules hold a program, not an interface."""
    names = set()
    # In an editable install two rooms are not folders of the top package: each is walked by itself.
    for room in (dendrify_gpu, dendrify_gpu.compartments, dendrify_gpu.gpu):
        found = pkgutil.walk_packages(room.__path__, f"{room.__name__}.", onerror=_raise)
        names |= {room.__name__, *(info.name for info in found)}
    return sorted(name for name in names if not name.endswith(".__main__"))


def _raise(name: str) -> None:
    raise ImportError(f"{name} cannot be imported")


def examples(name: str) -> list[doctest.DocTest]:
    module = importlib.import_module(name)
    return doctest.DocTestFinder(exclude_empty=True).find(module, name)


def failures(test: doctest.DocTest) -> str:
    report: list[str] = []
    doctest.DocTestRunner(optionflags=FLAGS).run(test, out=report.append)
    return "".join(report)


def test_all_rooms_are_walked() -> None:
    names = module_names()
    assert {"dendrify_gpu._versions", "dendrify_gpu.gpu.engine.plan"} <= set(names)
    assert "dendrify_gpu.compartments" in names
    assert sum(len(test.examples) for name in names for test in examples(name)) > 10


@pytest.mark.parametrize("name", module_names())
def test_examples(name: str) -> None:
    report = "".join(failures(test) for test in examples(name))
    assert not report, report


def test_a_wrong_example_is_reported() -> None:
    parser = doctest.DocTestParser()
    wrong = parser.get_doctest(">>> 1 + 1\n3\n", {}, "wrong", None, None)
    assert "Expected:\n    3\nGot:\n    2" in failures(wrong)
