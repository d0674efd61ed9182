"""The trimmed SDK does what the whole one does, for the calls that are left."""

import json
import re
import shutil
import ssl
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

from layers.dependencies.slim import API_VERSION, OPERATIONS, SERVICE, only_operations, slim

# What boto3 needs to make a client.
PACKAGES = ("boto3", "botocore", "dateutil", "jmespath", "s3transfer", "six", "urllib3")

# A region of each partition, one that is too new for the list of endpoints, and each way to ask.
PLACES: list[dict[str, Any]] = [
    *({"region": region} for region in ("us-east-1", "eu-west-1", "cn-north-1", "us-gov-west-1")),
    *({"region": region} for region in ("us-iso-east-1", "us-isob-east-1", "eu-north-9")),
    {"region": "us-east-1", "fips": True},
    {"region": "eu-west-1", "dualstack": True},
    {"region": "eu-west-1", "account": "123456789012"},
    {"region": "eu-west-1", "endpoint": "http://127.0.0.1:8000"},
]

# Makes every call in every place, and prints what would have gone over the wire.
SCRIPT = """
import json, re, sys
import boto3
from botocore.awsrequest import AWSResponse
from botocore.config import Config

KEY = {"id": {"S": "a"}}
ITEM = {**KEY, "n": {"N": "1.5"}, "m": {"M": {"x": {"BOOL": True}}}}
CALLS = {
    "get_item": {"TableName": "T", "Key": KEY, "ConsistentRead": True},
    "put_item": {"TableName": "T", "Item": ITEM, "ConditionExpression": "attribute_not_exists(id)"},
    "query": {"TableName": "T", "KeyConditionExpression": "id = :a",
              "ExpressionAttributeValues": {":a": {"S": "a"}}},
    "batch_get_item": {"RequestItems": {"T": {"Keys": [KEY]}}},
    "batch_write_item": {"RequestItems": {"T": [{"PutRequest": {"Item": ITEM}}]}},
    "transact_write_items": {"ClientRequestToken": "t",
                             "TransactItems": [{"Put": {"TableName": "T", "Item": ITEM}}]},
}
CHANGING = {"amz-sdk-invocation-id", "x-amz-date", "user-agent"}


class Answer:
    def __init__(self, content): self.content = content
    def stream(self): yield self.content


def text(value):
    return value.decode() if isinstance(value, bytes) else value


seen = []


def capture(request, **kwargs):
    headers = {name.lower(): text(value) for name, value in request.headers.items()}
    headers["authorization"] = re.sub(
        "/[0-9]{8}/|Signature=.*", "", headers["authorization"])
    headers = {name: value for name, value in headers.items() if name not in CHANGING}
    seen.append([request.method, request.url, sorted(headers.items()), text(request.body)])
    return AWSResponse(request.url, 200, {"x-amz-crc32": "2745614147"}, Answer(b"{}"))


for place in json.loads(sys.argv[1]):
    client = boto3.client(
        "dynamodb",
        region_name=place["region"],
        endpoint_url=place.get("endpoint"),
        aws_access_key_id="AKID",
        aws_secret_access_key="secret",
        aws_account_id=place.get("account"),
        config=Config(use_fips_endpoint=place.get("fips"),
                      use_dualstack_endpoint=place.get("dualstack")),
    )
    client.meta.events.register("before-send.dynamodb", capture)
    for name, arguments in CALLS.items():
        getattr(client, name)(**arguments)
    client.get_paginator("query")
    seen.append(client.meta.endpoint_url)
print(json.dumps({"from": boto3.__file__, "seen": seen}))
"""


@pytest.fixture(scope="module")
def trees(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Copy the installed SDK twice, and trim one of the copies."""
    folder = tmp_path_factory.mktemp("trees")
    trees = {"whole": folder / "whole", "slim": folder / "slim"}
    for tree in trees.values():
        tree.mkdir()
        for package in PACKAGES:
            spec = find_spec(package)
            assert spec is not None
            assert spec.origin is not None
            origin = Path(spec.origin)
            if origin.name == "__init__.py":
                shutil.copytree(
                    origin.parent, tree / package, ignore=shutil.ignore_patterns("__pycache__")
                )
            else:
                shutil.copy(origin, tree)
    slim(trees["slim"])
    return trees


def calls(tree: Path) -> dict[str, Any]:
    """Run the script with a tree, and with nothing else that is installed."""
    done = subprocess.run(
        [sys.executable, "-S", "-c", SCRIPT, json.dumps(PLACES)],
        env={"PYTHONPATH": str(tree), "HOME": str(tree), "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    result: dict[str, Any] = json.loads(done.stdout)
    assert result.pop("from").startswith(str(tree))
    return result


def test_every_call_sends_the_same_request_to_the_same_endpoint(trees: dict[str, Path]) -> None:
    """In every partition, and with FIPS, dual stack, account and explicit endpoints."""
    trimmed = calls(trees["slim"])

    assert len(trimmed["seen"]) == len(PLACES) * len(OPERATIONS)
    assert trimmed == calls(trees["whole"])


def test_what_is_left_of_the_sdk_is_one_service(trees: dict[str, Path]) -> None:
    """In its latest version, without documentation, and small."""
    data = trees["slim"] / "botocore/data"

    assert [path.name for path in data.iterdir() if path.is_dir()] == [SERVICE]
    assert [path.name for path in (data / SERVICE).iterdir()] == [API_VERSION]
    model = json.loads((data / SERVICE / API_VERSION / "service-2.json").read_text())
    assert model["operations"].keys() == OPERATIONS
    assert "documentation" not in json.dumps(model)
    assert sum(path.stat().st_size for path in data.rglob("*.json")) < 100_000


def test_the_version_that_is_kept_is_the_latest(trees: dict[str, Path]) -> None:
    """An SDK with a newer one would be noticed here."""
    versions = (trees["whole"] / "botocore/data" / SERVICE).iterdir()

    assert max(path.name for path in versions) == API_VERSION


def test_the_certificates_that_are_left_are_those_of_dynamodb(trees: dict[str, Path]) -> None:
    """OpenSSL reads every one of them, and none has expired."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.load_verify_locations(trees["slim"] / "botocore/cacert.pem")

    subjects = str([certificate["subject"] for certificate in context.get_ca_certs()])
    names = set(re.findall(r"'commonName', '(.+?)'", subjects))
    assert names == {
        *(f"Amazon Root CA {number}" for number in (1, 2, 3, 4)),
        "Starfield Services Root Certificate Authority - G2",
        "DigiCert Global Root CA",
        "DigiCert Global Root G2",
    }


def test_an_sdk_without_one_of_the_certificates_is_refused(
    trees: dict[str, Path], tmp_path: Path
) -> None:
    """Rather than a layer that cannot reach DynamoDB."""
    shutil.copytree(trees["whole"], tmp_path, dirs_exist_ok=True)
    roots = tmp_path / "botocore/cacert.pem"
    roots.write_text(roots.read_text().replace("Amazon Root CA 3", "Another"))

    with pytest.raises(SystemExit, match="no longer have Amazon Root CA 3"):
        slim(tmp_path)


def test_a_member_that_is_called_documentation_is_kept() -> None:
    """Only the texts go."""
    shape = {"type": "structure", "members": {"documentation": {"shape": "Text"}}}
    operation = {"input": {"shape": "In"}, "documentation": "<p>How to call it.</p>"}
    model = {
        "operations": {
            **{name: dict(operation) for name in OPERATIONS},
            "Other": {"input": {"shape": "Out"}},
        },
        "shapes": {"In": shape, "Text": {"type": "string"}, "Out": {"type": "string"}},
    }

    assert only_operations(model) == {
        "operations": {name: {"input": {"shape": "In"}} for name in OPERATIONS},
        "shapes": {"In": shape, "Text": {"type": "string"}},
    }
