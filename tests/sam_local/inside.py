"""Where `sam local` works: the document's commands and every event, each with its answer.

`python -m tests.sam_local.inside FOLDER` writes FOLDER/answers.json; the tests look into it.
"""

import json
import os
import socket
import sys
import time
import urllib.request
from pathlib import Path
from typing import Any, TypeAlias

from tests.sam_local.document import COMMANDS, MAKE, SERVE
from tests.sam_local.terminal import Terminal, terminal
from tests.support.events import AGGREGATOR, AUTHORIZER, EVENTS, KEYS, in_order
from tests.support.stack import BUILD
from tests.support.template import ROOT
from tools.emulator import HOST, emulator
from tools.stack import Stack

PORT = 3001
Answers: TypeAlias = dict[str, Any]


def main() -> None:
    """Run the document beside a deployed stack, then send what it does not send."""
    folder = Path(sys.argv[1])
    with emulator(folder / "emulator", port=3000, auth=False) as aws:
        stack = BUILD.deploy(aws)
        for item in KEYS:
            aws.client("dynamodb").put_item(TableName=stack.table("ApiKey"), Item=item)
        with terminal(ROOT, folder / "terminal.log", os.environ) as bash:
            answers = {
                "commands": _commands(bash, folder),
                "events": _events(_functions(stack)),
                "authorizer": _sent(_authorizer(stack), AUTHORIZER),
                "aggregator": _sent("AggregatorFunction", AGGREGATOR),
            }
    (folder / "answers.json").write_text(json.dumps(answers), "utf-8")


def _commands(bash: Terminal, folder: Path) -> Answers:
    """Run the document's commands but for the build; the one that serves goes on."""
    printed = {}
    for command in COMMANDS:
        if command.startswith(SERVE):
            bash.run(f"{command.rstrip()} > {folder}/start-lambda.log 2>&1 &")
            _wait()
        elif not command.startswith(MAKE):
            printed[command] = bash.run(command)
    return printed


def _wait() -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        with socket.socket() as probe:
            if probe.connect_ex((HOST, PORT)) == 0:
                return
        time.sleep(0.1)
    raise TimeoutError("sam local start-lambda does not listen")


def _functions(stack: Stack) -> dict[str, str]:
    """Return which function answers which route, as deployed: its logical id."""
    api, here = stack.aws.client("apigatewayv2"), {"ApiId": stack.resources["Api"]}
    integrations = {
        f"integrations/{one['IntegrationId']}": _logical_id(stack, one["IntegrationUri"])
        for one in api.get_integrations(**here)["Items"]
    }
    return {one["RouteKey"]: integrations[one["Target"]] for one in api.get_routes(**here)["Items"]}


def _authorizer(stack: Stack) -> str:
    here = {"ApiId": stack.resources["Api"]}
    (one,) = stack.aws.client("apigatewayv2").get_authorizers(**here)["Items"]
    return _logical_id(stack, one["AuthorizerUri"])


def _logical_id(stack: Stack, address: str) -> str:
    """Find the function in an address, which holds `:function:NAME:live`."""
    name = address.rpartition(":function:")[2].partition(":")[0]
    (found,) = [logical for logical, physical in stack.resources.items() if physical == name]
    return found


def _events(functions: dict[str, str]) -> Answers:
    return {name: _send(functions[EVENTS[name]["routeKey"]], EVENTS[name]) for name in in_order()}


def _sent(function: str, events: Answers) -> Answers:
    return {name: _send(function, event) for name, event in events.items()}


def _send(function: str, event: dict[str, Any]) -> Any:
    """Invoke a function by Lambda's own API."""
    url = f"http://{HOST}:{PORT}/2015-03-31/functions/{function}/invocations"
    request = urllib.request.Request(url, json.dumps(event).encode())
    with urllib.request.urlopen(request, timeout=120) as answer:  # noqa: S310 - as above
        return json.load(answer)


if __name__ == "__main__":
    main()
