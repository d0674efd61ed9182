"""The Lambdas as they are on AWS: their app.py, with their environment around it."""

import gc
import logging
import sys
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, closing, contextmanager
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from configuration.layer import write
from configuration.loading import load
from shared.tables import tables as tables_of
from tests.support.deployment import decided
from tests.support.environment import environment, towards
from tests.support.template import ROOT, properties, values, with_values

if TYPE_CHECKING:
    from shared.endpoint import Handler

LAYER = "tensorzero_config"
CONFIGURATION = ROOT / "tests/configuration/tensorzero.toml"
"""What the tests run on, whatever an adopter has in layers/config."""
TEMPLATE = decided(with_values({"Aggregates": "on"}))
"""With all that can be asked for; its other parameters are still to be put in."""
FUNCTIONS = properties("AWS::Serverless::Function", TEMPLATE)
PACKAGES = {name: one["Handler"].partition(".")[0] for name, one in FUNCTIONS.items()}
"""The package that each function runs."""


def _variables(function: str) -> dict[str, Any]:
    """Return the variables of a function, as they stand in the template."""
    settings = (TEMPLATE["Globals"]["Function"], FUNCTIONS[function])
    environments = (one.get("Environment", {}).get("Variables", {}) for one in settings)
    return {name: value for variables in environments for name, value in variables.items()}


TABLES: dict[str, str] = {
    key: logical_id
    for function in FUNCTIONS
    for key, logical_id in tables_of(
        {name: one["Ref"] for name, one in _variables(function).items() if isinstance(one, dict)}
    ).items()
}
"""The logical ids of the tables, by the keys that the code has for them."""


def write_layer(folder: Path, source: Path = CONFIGURATION) -> Path:
    """Compile a configuration; return the folder to put on the path."""
    write(load(str(source)), folder / LAYER)
    return folder


def packages() -> dict[str, str]:
    """Return the package that answers each route, as the template wires them."""
    integrations = properties("AWS::ApiGatewayV2::Integration")
    found = {}
    for route in properties("AWS::ApiGatewayV2::Route").values():
        _, [_, integration] = route["Target"]["Fn::Join"]
        uri = integrations[integration["Ref"]]["IntegrationUri"]["Ref"]
        found[route["RouteKey"]] = PACKAGES[uri.removesuffix(".Alias")]
    return found


def variables(package: str, tables: Mapping[str, str]) -> dict[str, str]:
    """Return a Lambda's variables as the template and AWS set them; `tables` by the code's keys."""
    [function] = [name for name, one in PACKAGES.items() if one == package]
    known = {**values(), "AWS::StackName": "stack"}
    known |= {TABLES[key]: name for key, name in tables.items()}
    template = {
        name: str(known[value["Ref"]] if isinstance(value, dict) else value)
        for name, value in _variables(function).items()
    }
    return {**template, "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": str(known["MemorySize"])}


@contextmanager
def handler(
    package: str, layer: Path, endpoint: str, tables: Mapping[str, str]
) -> Iterator["Handler"]:
    """Import a package's app.py as Lambda does, for as long as the block lasts."""
    name = f"{package}.app"
    path, loggers = list(sys.path), dict(logging.Logger.manager.loggerDict)
    logging.Logger.manager.loggerDict.pop(package, None)
    sys.path.insert(0, str(layer))
    try:
        with environment({**towards(endpoint), **variables(package, tables)}):
            app = import_module(name)
        del sys.modules[name]  # another caller's Lambda is another process, with its own client
        gc.unfreeze()  # on Lambda nothing else was there to freeze
        with ExitStack() as stack:
            for client in vars(app).get("_clients", [vars(app)["_client"]]):
                stack.enter_context(closing(client))
            yield app.handler
    finally:
        sys.path[:] = path
        for made in logging.Logger.manager.loggerDict.keys() - loggers.keys():
            del logging.Logger.manager.loggerDict[made]
