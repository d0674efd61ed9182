"""The stack on this machine: built for it, deployed to the emulator, and looked into.

with emulator(folder) as aws:
    build()
    stack = deploy(aws)
    stack.url               # POST {url}/feedback
    stack.items("BooleanMetricFeedback")
    stack.new_key()         # for the header Authorization
"""

import hashlib
import json
import os
import subprocess
import sys
from dataclasses import dataclass
from typing import Any

from feedback_cli.keys import Scope, new_api_key
from tools import cors
from tools.emulator import ROOT, Emulator

SAM = ROOT / ".tools/sam/bin/sam"
LOCAL = ROOT / ".local"
BUILD = LOCAL / "build"
CONFIGURATION = BUILD / "ConfigLayer/python/tensorzero_config"
MARK = LOCAL / "built-from"
NAME = "tensorzero-feedback-local"
TAG = "built-from"

# Whatever may change what is built and deployed.
SOURCES = (
    "build.mk",
    "functions",
    "layers",
    "requirements/jwt.txt",
    "requirements/runtime.txt",
    "samconfig.toml",
    "template.yaml",
    "tools/bytecode.py",
)


class StackFailed(Exception):
    """A build or a deployment failed; the text is what the SAM CLI said."""


@dataclass(frozen=True, slots=True)
class Stack:
    """The deployed stack: its URL, its tables, its logs."""

    aws: Emulator
    resources: dict[str, str]

    @property
    def url(self) -> str:
        """The API, as the emulator serves it: what the official client takes as gateway_url."""
        # The stage is $default, written so that no shell takes it for a variable.
        return f"{self.aws.endpoint}/_aws/execute-api/{self.resources['Api']}/%24default"

    def table(self, name: str) -> str:
        """Give the real name of a table of the template."""
        return self.resources[name]

    def items(self, name: str) -> list[dict[str, Any]]:
        """Read a whole table, in DynamoDB's own JSON."""
        pages = self.aws.client("dynamodb").get_paginator("scan")
        return [
            item
            for page in pages.paginate(TableName=self.table(name), ConsistentRead=True)
            for item in page["Items"]
        ]

    def new_key(self, *scopes: Scope, description: str = "") -> str:
        """Make an API key, as `feedback keys create` does: with these scopes, or with all."""
        key, item = new_api_key(scopes or Scope, description)
        self.aws.client("dynamodb").put_item(TableName=self.table("ApiKey"), Item=item)
        return key

    def log(self, function: str, *, since: int = 0) -> list[tuple[int, str]]:
        """Read what a function printed from a moment on (ms since 1970): (moment, line)s."""
        pages = self.aws.client("logs").get_paginator("filter_log_events")
        group = self.resources[f"{function}Logs"]
        return [
            (event["timestamp"], event["message"])
            for page in pages.paginate(logGroupName=group, startTime=since)
            for event in page["events"]
        ]


def fingerprint() -> str:
    """Hash everything that a build depends on."""
    digest = hashlib.sha256(f"{sys.version} {os.environ.get('CONFIG')}".encode())
    for source in SOURCES:
        path = ROOT / source
        for file in sorted(path.rglob("*")) if path.is_dir() else [path]:
            if file.is_file() and "__pycache__" not in file.parts:
                digest.update(str(file.relative_to(ROOT)).encode() + b"\0" + file.read_bytes())
    return digest.hexdigest()


def build() -> bool:
    """Build for this machine's Python; tell whether there was anything to do."""
    current = fingerprint()
    elsewhere = "CONFIG" in os.environ  # the configuration may lie outside of what was hashed
    if BUILD.exists() and not elsewhere and _built().startswith(current):
        return False
    MARK.unlink(missing_ok=True)
    _sam("build", env={**os.environ, "BUILD_FOR": "local"})
    catalog = json.loads((CONFIGURATION / "catalog.json").read_bytes())
    MARK.write_text(f"{current}-{catalog['snapshot_hash']}")
    return True


def _built() -> str:
    return MARK.read_text() if MARK.exists() else ""


def deploy(aws: Emulator, *parameters: str) -> Stack:
    """Deploy what was built, unless the emulator has it already, with parameters of one's own."""
    if _deployed(aws) != (built := _built()):
        environment = {**aws.environment(), "SAM_CLI_POLL_DELAY": "0.3"}
        own = ["--parameter-overrides", " ".join(parameters)] if parameters else []
        _sam("deploy", "--tags", f"{TAG}={built}", *own, env=environment)
    pages = aws.client("cloudformation").get_paginator("list_stack_resources")
    stack = Stack(
        aws,
        {
            resource["LogicalResourceId"]: resource["PhysicalResourceId"]
            for page in pages.paginate(StackName=NAME)
            for resource in page["StackResourceSummaries"]
        },
    )
    cors.apply(aws, stack.resources["Api"])
    return stack


def _deployed(aws: Emulator) -> str | None:
    """Give the fingerprint of the stack that the emulator holds, if it holds a whole one."""
    client = aws.client("cloudformation")
    try:
        (stack,) = client.describe_stacks(StackName=NAME)["Stacks"]
    except client.exceptions.ClientError:
        return None
    if stack["StackStatus"] not in {"CREATE_COMPLETE", "UPDATE_COMPLETE"}:
        return None
    return next((tag["Value"] for tag in stack.get("Tags", []) if tag["Key"] == TAG), None)


def _sam(verb: str, *arguments: str, env: dict[str, str]) -> None:
    """Run the SAM CLI with the [local] part of samconfig.toml."""
    LOCAL.mkdir(exist_ok=True)
    done = subprocess.run(
        [SAM, verb, "--config-env", "local", *arguments],
        cwd=ROOT,
        env={**env, "SAM_CLI_TELEMETRY": "0"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    (LOCAL / f"{verb}.log").write_text(done.stdout, "utf-8")
    if done.returncode:
        raise StackFailed(f"sam {verb} failed:\n{done.stdout}")
