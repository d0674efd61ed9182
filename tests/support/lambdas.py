"""The Lambdas as they are on AWS: their app.py, with their environment around it."""

import gc
import logging
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

from configuration.layer import write
from configuration.loading import load
from tests.support.environment import environment, towards
from tests.support.template import ROOT, TEMPLATE, properties, values

if TYPE_CHECKING:
    from shared.endpoint import Handler

LAYER = "tensorzero_config"
CONFIGURATION = ROOT / "tests/configuration/tensorzero.toml"
"""What the tests run on, whatever an adopter has in layers/config."""


def write_layer(folder: Path) -> Path:
    """Compile the tests' configuration; return the folder to put on the path."""
    write(load(str(CONFIGURATION)), folder / LAYER)
    return folder


def packages() -> dict[str, str]:
    """Tell which package answers which route, as the template wires them."""
    functions = properties("AWS::Serverless::Function")
    integrations = properties("AWS::ApiGatewayV2::Integration")
    found = {}
    for route in properties("AWS::ApiGatewayV2::Route").values():
        integration = integrations[route["Target"]["Fn::Join"][1][1]["Ref"]]
        function = functions[integration["IntegrationUri"]["Ref"].removesuffix(".Alias")]
        found[route["RouteKey"]] = function["Handler"].partition(".")[0]
    return found


def variables(package: str, tables: Mapping[str, str]) -> dict[str, str]:
    """Return a Lambda's variables as the template and AWS set them; `tables` by logical id."""
    [function] = [
        one
        for one in properties("AWS::Serverless::Function").values()
        if one["Handler"].startswith(f"{package}.")
    ]
    shared = TEMPLATE["Globals"]["Function"]["Environment"]["Variables"]
    own = function.get("Environment", {}).get("Variables", {})
    referred = {**values(), "AWS::StackName": "stack", **tables}
    own = {**own, "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": referred["MemorySize"]}
    return {
        name: str(referred[value["Ref"]] if isinstance(value, dict) else value)
        for name, value in {**shared, **own}.items()
    }


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
        gc.unfreeze()  # on Lambda nothing else was there to freeze
        yield app.handler
    finally:
        sys.path[:] = path
        sys.modules.pop(name, None)
        for made in logging.Logger.manager.loggerDict.keys() - loggers.keys():
            del logging.Logger.manager.loggerDict[made]
