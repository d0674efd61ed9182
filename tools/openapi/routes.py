"""The routes of template.yaml: what each is called with, by whom, and how often."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from authorizer.scopes import SCOPES
from tests.support.template import properties, resources


@dataclass(frozen=True, slots=True)
class Route:
    """A route as API Gateway has it."""

    key: str
    rate: str
    """The template's parameter of the requests a second that are let through."""
    burst: str
    """That of the requests at once."""
    open_by: str | None
    """The condition without which the route asks for no credential, besides `IsAuthenticated`."""
    there_by: str | None
    """The condition without which there is no such route."""

    @property
    def method(self) -> str:
        """The method, in lower case."""
        return self.key.partition(" ")[0].lower()

    @property
    def path(self) -> str:
        """The path, with its parameters in braces; OpenAPI has no sign for one that has slashes."""
        return self.key.partition(" ")[2].replace("+}", "}")

    @property
    def parameters(self) -> list[str]:
        """The parameters of the path, in its order."""
        return re.findall(r"\{(\w+)\}", self.path)

    @property
    def scope(self) -> str | None:
        """The scope that a key must have; None: any key will do."""
        return SCOPES[self.key]


def routes() -> Iterator[Route]:
    """Yield the template's routes, in its order."""
    [stage] = properties("AWS::ApiGatewayV2::Stage").values()
    for resource in resources("AWS::ApiGatewayV2::Route").values():
        route, there_by = resource["Properties"], resource.get("Condition")
        key = route["RouteKey"]
        limits = stage["RouteSettings"].get(key, stage["DefaultRouteSettings"])
        if there_by is not None:
            _, limits, _ = limits["Fn::If"]
        yield Route(
            key,
            limits["ThrottlingRateLimit"]["Ref"],
            limits["ThrottlingBurstLimit"]["Ref"],
            _condition(route),
            there_by,
        )


def _condition(route: dict[str, Any]) -> str | None:
    condition, with_key, without = route["AuthorizationType"]["Fn::If"]
    if (with_key, without) != ("CUSTOM", "NONE"):
        raise ValueError(f"{route['RouteKey']}: expected CUSTOM authorization or NONE")
    return None if condition == "IsAuthenticated" else str(condition)
