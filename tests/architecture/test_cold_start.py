"""A cold start loads what every request needs, and makes no call."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.support.environment import towards
from tests.support.lambdas import PACKAGES, TABLES, variables, write_layer
from tests.support.template import ROOT

LAMBDAS = {*PACKAGES.values()}
HEAVY = {
    "asyncio",
    "aws_xray_sdk",
    "boto3",
    "configuration",
    "cryptography",
    "httpx",
    "jsonschema_rs",
    "jwt",
    "pydantic",
    "requests",
    "tomli",
    "tomllib",
    "unittest",
    "urllib3",
    "yaml",
}
NEEDS = {"inferences": {"pydantic"}}
"""What a package cannot do without, though it is heavy."""

# Watches its own process: what is loaded, what it connects to, and what our own code reads of
# entropy and time, which SnapStart would clone.
PROBE = """
import json, os, sys
connected, drawn = [], []
functions = sys.argv[2]

def audit(event, arguments):
    if event in ("socket.connect", "socket.getaddrinfo", "subprocess.Popen", "os.fork"):
        connected.append([event, str(arguments)])

def profile(frame, event, function):
    if event == "c_call" and frame.f_code.co_filename.startswith(functions):
        if function.__name__ in ("urandom", "getrandom", "time", "time_ns", "random"):
            drawn.append([function.__name__, frame.f_code.co_filename])

sys.addaudithook(audit)
sys.setprofile(profile)
__import__(sys.argv[1])
sys.setprofile(None)
print(json.dumps({"loaded": sorted(sys.modules), "connected": connected, "drawn": drawn}))
"""


@pytest.fixture(scope="module", params=sorted(LAMBDAS))
def package(request: pytest.FixtureRequest) -> str:
    """Take each Lambda in turn."""
    name: str = request.param
    return name


@pytest.fixture(scope="module")
def start(package: str, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """Start it cold, in a process of its own, with the tests' configuration."""
    return _start(package, tmp_path_factory.mktemp("layer"))


def _start(package: str, folder: Path) -> dict[str, Any]:
    functions = str(ROOT / "functions")
    done = subprocess.run(
        [sys.executable, "-c", PROBE, f"{package}.app", functions],
        env={
            **variables(package, {key: key for key in TABLES}),
            **towards("http://127.0.0.1:9"),
            "PYTHONPATH": os.pathsep.join([functions, str(write_layer(folder))]),
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    [line] = done.stdout.splitlines()
    result: dict[str, Any] = json.loads(line)
    return result


def test_nothing_heavy_is_loaded(package: str, start: dict[str, Any]) -> None:
    """What only some requests need is loaded by those."""
    heavy = HEAVY - NEEDS.get(package, set())

    assert not heavy & {name.partition(".")[0] for name in start["loaded"]}


def test_the_configuration_is_found_and_not_imported(start: dict[str, Any]) -> None:
    """It is data."""
    assert "tensorzero_config" not in start["loaded"]


def test_no_other_lambda_is_loaded(package: str, start: dict[str, Any]) -> None:
    """What they share is in the library."""
    loaded = {name.partition(".")[0] for name in start["loaded"]}

    assert loaded & LAMBDAS == {package}


def test_nothing_is_connected_to(start: dict[str, Any]) -> None:
    """Neither a network nor another process: a snapshot has one process in it."""
    assert start["connected"] == []


def test_nothing_is_read_that_snapstart_would_clone(start: dict[str, Any]) -> None:
    """Neither entropy nor the time, by our own code."""
    assert start["drawn"] == []
