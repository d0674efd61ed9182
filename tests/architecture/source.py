"""The modules of functions/ and configuration/ and their imports: read, and not executed."""

import ast
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from tests.support.template import ROOT

ROOTS = (ROOT / "functions", ROOT)
"""What is on the path when they run; of the latter, only configuration/ is looked at here."""


@dataclass(frozen=True)
class Module:
    """A module by its dotted name; a package's __init__.py has the package's."""

    name: str
    path: Path

    @property
    def package(self) -> str:
        """The package that it belongs to."""
        return self.name.partition(".")[0]

    @property
    def job(self) -> str:
        """The last part of its name."""
        return self.name.rpartition(".")[2]

    @cached_property
    def text(self) -> str:
        """Its source."""
        return self.path.read_text("utf-8")

    @cached_property
    def tree(self) -> ast.Module:
        """Its syntax."""
        return ast.parse(self.text)

    @cached_property
    def imports(self) -> set[str]:
        """Every module that it imports, wherever in it, but for type checkers."""
        return _imports(self.tree)

    @property
    def ours(self) -> set[str]:
        """Those of its imports that are modules of ours."""
        return self.imports & MODULES.keys()


def _imports(node: ast.AST) -> set[str]:
    match node:
        case ast.Import(names=names):
            return {alias.name for alias in names}
        case ast.ImportFrom(module=str(module), level=0, names=names):
            return {_target(module, alias.name) for alias in names}
        case ast.ImportFrom():
            raise AssertionError("an import says its package's name")
        case ast.If(test=ast.Name(id="TYPE_CHECKING"), orelse=orelse):
            return set().union(*map(_imports, orelse))
        case _:
            return set().union(*map(_imports, ast.iter_child_nodes(node)))


def _target(module: str, name: str) -> str:
    """Distinguish `from package import module` from `from module import name`."""
    inner = f"{module}.{name}"
    return inner if inner in MODULES else module


def _modules(root: Path, pattern: str) -> dict[str, Module]:
    found = {}
    for path in sorted(root.glob(pattern)):
        parts = path.relative_to(root).with_suffix("").parts
        name = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
        found[name] = Module(name, path)
    return found


MODULES = _modules(ROOTS[0], "**/*.py") | _modules(ROOTS[1], "configuration/**/*.py")
