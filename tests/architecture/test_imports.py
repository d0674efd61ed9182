"""Imports go one way: from what is wired to what is pure, and never between two Lambdas."""

import ast
import sys
from graphlib import TopologicalSorter

import pytest

from tests.architecture.source import MODULES, Module

LIBRARY = {"shared", "feedback"}
LAYERS = {
    "shared": {"shared"},
    "feedback": LIBRARY,
    "submit": {"submit", *LIBRARY},
    "batch": {"batch", *LIBRARY},
    "aggregates": {"aggregates", "shared"},
    "aggregator": {"aggregator", "aggregates", *LIBRARY},
    "reads": {"reads", "aggregates", *LIBRARY},
    "inferences": {"inferences", *LIBRARY},
    "authorizer": {"authorizer", "shared"},
    "configuration": {
        "configuration",
        "shared.reserved",
        "feedback.kinds.registry",
        "feedback.model",
    },
}
"""From inner to outer: what each package may import of ours, by package or by module."""
PRIVATE = {
    **{
        f"feedback.demonstration.{name}": {"feedback.demonstration"}
        for name in ("answer", "chat", "json_output", "library", "toolset")
    },
    "shared.direct": {"shared.direct", "shared.dynamodb"},
}
"""Whose modules alone import these packages."""
ONLY = {
    "boto3": {"shared.direct.sdk"},
    "botocore": {"shared.direct.sdk"},
    "aws_lambda_powertools": {"shared.telemetry"},
    "pydantic": {"inferences.request"},
    "pydantic_core": {"inferences.request"},
    "jsonschema_rs": {
        "feedback.demonstration.json_schema.schema",
        "configuration.schema",
    },
    "cryptography": {"authorizer.tokens"},
    "tomli": {"configuration.source"},
}
"""Which modules import what is of a third party: it can be replaced there, or loaded late."""
EDGE = {"shared.http", "shared.endpoint", "shared.telemetry"}
"""What only an api.py knows, and an app.py wires: HTTP, refusals as responses, metrics."""
LAMBDAS = LAYERS.keys() - {*LIBRARY, "aggregates", "configuration"}


def _within(name: str, packages: set[str]) -> bool:
    """Return whether a module is one of these, or in one of these packages."""
    return any(name == one or name.startswith(f"{one}.") for one in packages)


@pytest.mark.parametrize("module", MODULES.values(), ids=MODULES)
def test_a_module_imports_inner_layers_only(module: Module) -> None:
    """No Lambda imports another, and none what builds the config layer."""
    assert [name for name in module.ours if not _within(name, LAYERS[module.package])] == []


def test_no_import_goes_in_a_circle() -> None:
    """Those within functions count too."""
    graph = {name: module.ours - {name} for name, module in MODULES.items()}

    TopologicalSorter(graph).prepare()


@pytest.mark.parametrize("package", PRIVATE)
def test_what_is_private_to_a_package_is_imported_there_only(package: str) -> None:
    """A metric needs nothing of demonstrations, nor any module but one how calls are made."""
    importers = {
        name for name, one in MODULES.items() if any(_within(x, {package}) for x in one.ours)
    }

    assert [name for name in importers if not _within(name, PRIVATE[package])] == []


@pytest.mark.parametrize("library", ONLY)
def test_a_library_is_imported_where_it_belongs(library: str) -> None:
    """In these modules and no other."""
    importers = {
        name for name, one in MODULES.items() if any(_within(x, {library}) for x in one.imports)
    }

    assert importers == ONLY[library]


def test_every_library_is_listed() -> None:
    """Whoever adds one says where it is used."""
    imported = {name.partition(".")[0] for one in MODULES.values() for name in one.imports}

    assert imported - LAYERS.keys() - sys.stdlib_module_names == ONLY.keys()


@pytest.mark.parametrize("module", MODULES.values(), ids=MODULES)
def test_a_handler_is_imported_by_what_wires_it_only(module: Module) -> None:
    """Only an api.py knows HTTP, only an app.py imports an api.py, and nothing an app.py."""
    outer = {name for name in module.ours if MODULES[name].job in {"api", "app"}}

    assert module.package == "shared" or module.job in {"api", "app"} or not module.ours & EDGE
    assert outer <= ({f"{module.package}.api"} if module.job == "app" else set())


@pytest.mark.parametrize("module", MODULES.values(), ids=MODULES)
def test_only_an_app_reads_the_environment(module: Module) -> None:
    """The others take what they need as arguments."""
    names = {"environ", "environb", "getenv", "putenv"}
    attributes = {node.attr for node in ast.walk(module.tree) if isinstance(node, ast.Attribute)}
    imported = {node.name for node in ast.walk(module.tree) if isinstance(node, ast.alias)}

    assert not (attributes | imported) & names or module.job == "app"


@pytest.mark.parametrize("package", sorted(LAMBDAS))
def test_an_app_only_wires(package: str) -> None:
    """It defines nothing that a test would have to reach into it for."""
    defined = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda, ast.If)

    assert not [
        node for node in ast.walk(MODULES[f"{package}.app"].tree) if isinstance(node, defined)
    ]
