"""Imports go one way: from what is wired to what is pure, and never to the build's own code."""

import ast
import sys

import pytest

from tests.architecture.source import MODULES, OURS, Module

# What each module may import of its own package. Nothing outer is in here for anything inner.
MAY_IMPORT: dict[str, dict[str, set[str]]] = {
    "runtime": {
        "errors": set(),
        "catalog": set(),
        "document": {"errors"},
        "uuids": {"errors"},
        "fields": {"document", "errors", "uuids"},
        "http": {"errors"},
        "dynamodb": {"errors", ""},
        "caller": {"errors", "uuids"},
        "retry": {"dynamodb", "errors"},
        "telemetry": {"errors"},
        "endpoint": {"caller", "errors", "http", "retry", "telemetry"},
    },
    "feedback": {
        "model": set(),
        "schemas": set(),
        "tags": set(),
        "functions": set(),
        "json_schema": set(),
        "json_schema.references": set(),
        "json_schema.applicators": set(),
        "json_schema.pattern": {"json_schema.references"},
        "json_schema.weight": {"json_schema.pattern"},
        "json_schema.plan": {"json_schema.applicators", "json_schema.references"},
        "json_schema.effort": {"json_schema.plan"},
        "json_schema.validation": {
            "json_schema.effort",
            "json_schema.pattern",
            "json_schema.weight",
        },
        "toolset": {"functions"},
        "chat_output": {"functions", "json_schema.validation", "model", "toolset"},
        "json_output": {"functions", "json_schema.validation", "model"},
        "kinds.metric": {"model"},
        "kinds.boolean": {"kinds.metric", "model"},
        "kinds.number": {"kinds.metric", "model"},
        "kinds.comment": {"model"},
        "kinds.demonstration": {"chat_output", "functions", "json_output", "model"},
        "kinds.registry": {
            "kinds.boolean",
            "kinds.comment",
            "kinds.demonstration",
            "kinds.number",
            "model",
        },
        "kinds": set(),
        "idempotency_key": set(),
        "claims": {"model", "schemas"},
        "store": {"claims", "model"},
        "targets": {"model"},
        "lookup": {"claims", "model"},
        "evaluation": {"model", "store", "tags"},
        "draft": {
            "evaluation",
            "kinds.registry",
            "model",
            "schemas",
            "store",
            "tags",
            "targets",
        },
        "service": {"claims", "draft", "lookup", "model", "schemas", "store", "targets"},
        "api": {"idempotency_key", "schemas", "service"},
        "app": {"api", "claims", "lookup", "service", "store", "targets"},
    },
    "batch": {
        "schemas": set(),
        "writing": set(),
        "grouping": {"writing"},
        "ledger": {"writing"},
        "writer": {"grouping", "writing"},
        "look": {"ledger"},
        "service": {"ledger", "look", "schemas", "writer", "writing"},
        "api": {"schemas", "service", "writing"},
        "app": {"api", "service", "writer"},
    },
    "receipts": {"store": set(), "api": {"store"}, "app": {"api", "store"}},
    "inferences": {
        "schemas": set(),
        "store": {"schemas"},
        "api": {"schemas", "store"},
        "app": {"api", "store"},
    },
    "evaluations": {
        "schemas": set(),
        "store": {"schemas"},
        "api": {"schemas", "store"},
        "app": {"api", "store"},
    },
    "status": {"api": set(), "app": {"api"}},
    "authorizer": {
        "errors": set(),
        "scopes": set(),
        "credential": {"errors"},
        "keys": {"errors"},
        "claims": {"errors"},
        "tokens": {"claims", "credential", "errors", "keys"},
        "service": {"credential", "errors", "keys", "scopes", "tokens"},
        "api": {"errors", "keys", "service"},
        "app": {"api", "keys"},
    },
}
BUILT_ON = {"batch": {"feedback"}}
"""Which other Lambda's package one is built on, besides `runtime`; it ships with it."""
BUILD_TIME = "configuration"
"""Compiles the config layer. It knows of no Lambda, and no Lambda of it."""

# Which modules alone may import what is heavy, outer or dangerous.
ONLY: dict[str, set[str]] = {
    "boto3": {"shared.dynamodb"},
    "botocore": {"shared.dynamodb", "inferences.store"},  # the latter for an error's type
    "aws_lambda_powertools": {"shared.telemetry"},
    "pydantic": {"inferences.request"},
    "pydantic_core": {"inferences.request"},
    "jsonschema_rs": {
        "feedback.json_schema.schema",
        "configuration.schema",
    },
    "jwt": {"authorizer.tokens"},
    "tomli": {"configuration.source"},
}
EDGE = {"shared.http", "shared.endpoint", "shared.telemetry"}
"""What only a handler's own module knows: HTTP, refusals as responses, metrics."""
WIRING = {f"{package}.app" for package in MAY_IMPORT if package != "runtime"}
LAMBDA = {name: one for name, one in MODULES.items() if one.package != BUILD_TIME}


@pytest.mark.parametrize("package", MAY_IMPORT)
def test_the_table_has_every_module_and_no_other(package: str) -> None:
    """A new module says what it may import, before it does."""
    inner = {name.partition(".")[2] for name in MODULES if name.startswith(f"{package}.")}

    assert MAY_IMPORT[package].keys() == inner


def test_the_table_has_every_package() -> None:
    """The build's own is checked as a whole."""
    assert {*MAY_IMPORT, BUILD_TIME} == OURS


@pytest.mark.parametrize("package", MAY_IMPORT)
def test_the_table_itself_goes_one_way(package: str) -> None:
    """No module may import another that may, in the end, import it."""
    left = {
        name: set(may) & MAY_IMPORT[package].keys() for name, may in MAY_IMPORT[package].items()
    }
    while left:
        innermost = {name for name, may in left.items() if not may & left.keys()}
        assert innermost, f"a circle: {sorted(left)}"
        left = {name: may for name, may in left.items() if name not in innermost}


@pytest.mark.parametrize("module", LAMBDA.values(), ids=LAMBDA)
def test_a_module_imports_what_it_may_of_ours(module: Module) -> None:
    """Of its own package what the table says, besides that `runtime` and what it is built on."""
    package, _, inner = module.name.partition(".")
    allowed = MAY_IMPORT[package].get(inner, set())
    ours = {name for name in module.imports if name.partition(".")[0] in OURS}
    own = {name.partition(".")[2] for name in ours if name.partition(".")[0] == package}
    others = {name.partition(".")[0] for name in ours} - {package}

    assert own <= allowed
    assert others <= {"runtime", *BUILT_ON.get(package, ())} - {package}


@pytest.mark.parametrize(
    "module", [one for one in MODULES.values() if one.package == BUILD_TIME], ids=str
)
def test_what_builds_the_layer_knows_of_no_lambda(module: Module) -> None:
    """It runs on a developer's machine."""
    ours = {name.partition(".")[0] for name in module.imports} & OURS

    assert ours <= {BUILD_TIME}


@pytest.mark.parametrize("module", MODULES.values(), ids=MODULES)
def test_a_third_party_is_imported_where_it_belongs(module: Module) -> None:
    """One module a library, so that it can be replaced, or loaded late."""
    third = {name.partition(".")[0] for name in module.imports} - OURS - sys.stdlib_module_names

    assert {name for name in third if module.name in ONLY.get(name, set())} == third


@pytest.mark.parametrize("module", LAMBDA.values(), ids=LAMBDA)
def test_only_handlers_know_http(module: Module) -> None:
    """And only an app.py does not need to."""
    if module.package == "runtime" or module.name.endswith(".api"):
        return

    assert not module.imports & EDGE


@pytest.mark.parametrize("module", LAMBDA.values(), ids=LAMBDA)
def test_only_an_app_reads_the_environment(module: Module) -> None:
    """By whatever name."""
    read = {
        name
        for node in ast.walk(module.tree)
        for name in (getattr(node, "attr", None), getattr(node, "id", None), _imported(node))
        if name in {"environ", "environb", "getenv", "putenv"}
    }

    assert not read or module.name in WIRING


def _imported(node: ast.AST) -> str | None:
    return node.name if isinstance(node, ast.alias) else None


def test_an_app_only_wires() -> None:
    """It defines nothing that a test would have to reach into it for."""
    for name in WIRING:
        defined = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda, ast.If)
        assert not [node for node in ast.walk(MODULES[name].tree) if isinstance(node, defined)]
