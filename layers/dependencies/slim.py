"""Trim an installed tree of packages to what these Lambdas read.

`python -m layers.dependencies.slim TREE`

The SDK knows 400 services, and this stack calls one. A cold start that does not look through the
others is a quarter cheaper. What is kept behaves as before: a test compares requests on the wire.
"""

import gzip
import json
import re
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from layers.leftovers import remove

SERVICE = "dynamodb"
API_VERSION = "2012-08-10"

# A call that is not listed here does not exist in the layer: `client.scan` is an AttributeError.
OPERATIONS = frozenset(
    {
        "BatchGetItem",
        "BatchWriteItem",
        "DescribeEndpoints",  # the SDK's own: it looks for it when it makes a client
        "GetItem",
        "PutItem",
        "Query",
        "TransactWriteItems",
    }
)

# What signs DynamoDB's endpoints. The SDK brings 120 more, and a first call would parse them all.
ROOTS = frozenset(
    {
        "Amazon Root CA 1",
        "Amazon Root CA 2",
        "Amazon Root CA 3",
        "Amazon Root CA 4",
        "Starfield Services Root Certificate Authority - G2",
        "DigiCert Global Root CA",  # these two for regions that have not moved to Amazon's own
        "DigiCert Global Root G2",
    }
)

# Features that nothing here imports.
LEFTOVERS = (
    "aws_lambda_powertools/event_handler",
    "aws_lambda_powertools/utilities/auth_alpha",
    "aws_lambda_powertools/utilities/circuit_breaker",
    "aws_lambda_powertools/utilities/data_classes",
    "aws_lambda_powertools/utilities/data_masking",
    "aws_lambda_powertools/utilities/feature_flags",
    "aws_lambda_powertools/utilities/kafka",
    "aws_lambda_powertools/utilities/parameters",
    "aws_lambda_powertools/utilities/parser",
    "boto3/data",
    "boto3/examples",
    "pydantic/mypy.py",
    "pydantic/v1",
)


def slim(tree: Path) -> None:
    """Trim the tree in place."""
    remove(tree, *LEFTOVERS)
    botocore = tree / "botocore"
    _keep_one_service(botocore / "data")
    roots = botocore / "cacert.pem"
    roots.write_text(_only_known_roots(roots.read_text("utf-8")), "utf-8")


def _keep_one_service(data: Path) -> None:
    source = data / SERVICE / API_VERSION
    model = _read(source / "service-2.json.gz")
    rules = _read(source / "endpoint-rule-set-1.json.gz")
    pages = _read(source / "paginators-1.json")
    endpoints = _read(data / "endpoints.json")

    for service in (path for path in data.iterdir() if path.is_dir()):
        shutil.rmtree(service)
    source.mkdir(parents=True)

    operations = {name: op for name, op in pages["pagination"].items() if name in OPERATIONS}
    _write(source / "service-2.json", only_operations(model))
    _write(source / "endpoint-rule-set-1.json", _undocumented(rules))
    _write(source / "paginators-1.json", {"pagination": operations})
    for partition in endpoints["partitions"]:
        services = partition["services"]
        partition["services"] = {SERVICE: services[SERVICE]} if SERVICE in services else {}
    _write(data / "endpoints.json", endpoints)


def only_operations(model: dict[str, Any]) -> dict[str, Any]:
    """Give the service's model with the operations we call and the shapes that they reach."""
    operations = {name: model["operations"][name] for name in sorted(OPERATIONS)}
    reached: dict[str, Any] = {}
    ahead = list(_references(operations))
    while ahead:
        name = ahead.pop()
        if name not in reached:
            reached[name] = model["shapes"][name]
            ahead.extend(_references(reached[name]))
    kept = {**model, "operations": operations, "shapes": dict(sorted(reached.items()))}
    slimmed: dict[str, Any] = _undocumented(kept)
    return slimmed


def _references(node: object) -> Iterator[str]:
    match node:
        case {"shape": str(name)}:
            yield name
        case dict():
            for child in node.values():
                yield from _references(child)
        case list():
            for child in node:
                yield from _references(child)


def _undocumented(node: Any) -> Any:  # noqa: ANN401 - it is any JSON value
    """Drop the texts called documentation; a member that has this name is not a text, and stays."""
    match node:
        case dict():
            return {
                key: _undocumented(child)
                for key, child in node.items()
                if not (key == "documentation" and isinstance(child, str))
            }
        case list():
            return [_undocumented(child) for child in node]
    return node


def _only_known_roots(bundle: str) -> str:
    found = {
        label: certificate
        for label, certificate in re.findall(
            r'^# Label: "(.+?)"$.*?(^-----BEGIN CERTIFICATE-----$.*?^-----END CERTIFICATE-----$)',
            bundle,
            re.MULTILINE | re.DOTALL,
        )
        if label in ROOTS
    }
    if missing := ROOTS - found.keys():
        sys.exit(f"slim.py: the SDK's certificates no longer have {', '.join(sorted(missing))}")
    return "".join(f"# {label}\n{found[label]}\n" for label in sorted(found))


def _read(path: Path) -> dict[str, Any]:
    content = path.read_bytes()
    value: dict[str, Any] = json.loads(
        gzip.decompress(content) if path.suffix == ".gz" else content
    )
    return value


def _write(path: Path, value: object) -> None:
    path.write_text(json.dumps(value, separators=(",", ":")), "utf-8")


if __name__ == "__main__":
    slim(Path(sys.argv[1]))
