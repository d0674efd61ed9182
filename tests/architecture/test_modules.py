"""Modules: each says its one job in its first line, and is read without scrolling twice."""

import ast

import pytest

from tests.architecture.source import MODULES, Module

LINES = 150
LONGER = {
    "shared.errors": "a catalogue: one refusal after the other, and their tree",
}


@pytest.mark.parametrize("module", MODULES.values(), ids=MODULES)
def test_the_first_line_says_the_modules_job(module: Module) -> None:
    """An __init__.py that says nothing is empty."""
    if module.path.name == "__init__.py" and not module.text:
        return

    first = module.text.splitlines()[0]
    assert first.startswith('"""')
    assert ast.get_docstring(module.tree)
    assert first.rstrip('"').endswith(".")


@pytest.mark.parametrize("module", MODULES.values(), ids=MODULES)
def test_a_module_is_short(module: Module) -> None:
    """Or has a reason."""
    long = len(module.text.splitlines()) > LINES

    assert long == (module.name in LONGER)


@pytest.mark.parametrize("module", MODULES.values(), ids=MODULES)
def test_nothing_is_caught_that_is_not_named(module: Module) -> None:
    """A bug escapes to Lambda, which counts it."""
    for node in ast.walk(module.tree):
        if isinstance(node, ast.ExceptHandler):
            caught = ast.unparse(node.type) if node.type else "everything"
            assert caught not in {"everything", "Exception", "BaseException"}, node.lineno
