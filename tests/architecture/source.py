"""The modules of functions/, and what each imports: read from the source, nothing is executed."""

import ast
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from tests.support.template import ROOT

FUNCTIONS = ROOT / "functions"


@dataclass(frozen=True)
class Module:
    """A module by its dotted name; a package's __init__.py has the package's."""

    name: str
    path: Path

    @property
    def package(self) -> str:
        """The package that it ships in."""
        return self.name.partition(".")[0]

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
    """Tell `from package import module` from `from module import name`."""
    inner = f"{module}.{name}"
    return inner if _path(inner) else module


def _path(name: str) -> Path | None:
    base = FUNCTIONS.joinpath(*name.split("."))
    return next(
        (one for one in (base.with_suffix(".py"), base / "__init__.py") if one.is_file()), None
    )


def _name(path: Path) -> str:
    parts = path.relative_to(FUNCTIONS).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


MODULES = {_name(path): Module(_name(path), path) for path in sorted(FUNCTIONS.rglob("*.py"))}
OURS = {module.package for module in MODULES.values()}
