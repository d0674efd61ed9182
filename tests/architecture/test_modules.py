"""Modules: each says its one job in its first line, and is read without scrolling twice."""

import ast

import pytest

from tests.architecture.source import MODULES, Module

LINES = 150
LONGER: dict[str, str] = {}
"""Modules that are longer, each with its reason."""


@pytest.mark.parametrize("module", MODULES.values(), ids=MODULES)
def test_a_module_says_its_job_and_is_short(module: Module) -> None:
    """In its first line; an __init__.py that says nothing is empty."""
    lines = module.text.splitlines()

    assert (len(lines) > LINES) == (module.name in LONGER)
    if lines or module.path.name != "__init__.py":
        assert ast.get_docstring(module.tree)
        assert lines[0].startswith('"""')
        assert lines[0].rstrip('"').endswith(".")


@pytest.mark.parametrize("module", MODULES.values(), ids=MODULES)
def test_nothing_is_caught_that_is_not_named(module: Module) -> None:
    """A bug escapes to Lambda, which counts it."""
    for node in ast.walk(module.tree):
        if isinstance(node, ast.ExceptHandler):
            caught = ast.unparse(node.type) if node.type else "everything"
            assert caught not in {"everything", "Exception", "BaseException"}, node.lineno
