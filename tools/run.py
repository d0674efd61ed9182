"""`make run`: the stack on this machine, ready for a first request, and what it then does.

PORT=… asks for a port, FRESH=1 forgets what earlier runs stored, ONCE=1 ends when all works.
"""

import contextlib
import fcntl
import json
import os
import shutil
import signal
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from botocore.exceptions import HTTPClientError

from feedback_cli import progress
from feedback_cli.recount.rebuild import Rebuild
from shared import uuids
from tools import access, options
from tools import emulator as emulators
from tools.build import LOCAL, Build, StackFailed
from tools.emulator import Emulator, EmulatorDied, emulator
from tools.follow import Follower
from tools.stack import Stack

BUILD = Build(LOCAL)
STATE = LOCAL / "run"
DEFAULT_PORT = 3000  # where TensorZero's own gateway listens
STARTED = time.monotonic()


def main() -> int:
    """Run until Ctrl-C or SIGTERM; of a failure, print the text without a traceback."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        with _home() as (home, keep), _emulator(home, keep=keep) as aws:
            _say("Deploying template.yaml to it …")
            stack = BUILD.deploy(aws)
            if keep:
                count_anew(stack)
            with access.noted(stack, home):
                once = options.is_on("ONCE", os.environ)
                _greet(stack, access.key(stack, home), found=keep, once=once)
                if not once:
                    kept = "; what is stored stays for the next `make run`" if keep else ""
                    _say(f"Ctrl-C ends this{kept}.")
                    _follow(stack)
    except KeyboardInterrupt:
        _say("Stopped.")
    except (EmulatorDied, StackFailed, options.InvalidOption) as failure:
        _say(str(failure))
        return 1
    except HTTPClientError:
        _say(f"The emulator has gone; its log is {STATE / 'emulator.log'}.")
        return 1
    return 0


@contextlib.contextmanager
def _home() -> Iterator[tuple[Path, bool]]:
    """Yield the folder of the state, and whether it is kept: that of a second run is not."""
    LOCAL.mkdir(exist_ok=True)
    with (LOCAL / "run.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            _say("Another `make run` holds this checkout's state: this one starts with none.")
            with tempfile.TemporaryDirectory() as folder:
                yield Path(folder), False
            return
        if options.is_on("FRESH", os.environ):
            shutil.rmtree(STATE, ignore_errors=True)
        yield STATE, True


@contextlib.contextmanager
def _emulator(home: Path, *, keep: bool) -> Iterator[Emulator]:
    port = wanted = options.port(os.environ, DEFAULT_PORT)
    if not emulators.is_free(wanted):
        port = emulators.free_port()
        _say(f"Port {wanted} is taken: using {port}.")
    _say("Building the stack for this machine …")
    _say("Built." if BUILD.make() else "Nothing has changed since the last build.")
    for warning in BUILD.warnings():
        _say(warning)
    _say(f"Starting the emulator on port {port} …")
    with emulator(home, port=port, keep=keep) as aws:
        yield aws


def count_anew(stack: Stack) -> None:
    """Count what earlier runs have stored: the emulator keeps it, but no record of a stream.

    Nobody reads old counters here, so there is nobody to wait for.
    """
    begun = time.monotonic()
    client = stack.aws.client("dynamodb")
    with progress.bar() as show:
        counted = Rebuild(client, stack.counted(), show, readers=0).run()
    if counted.inferences or counted.feedback:
        _say(
            f"Counted {counted.feedback:,} feedbacks on {counted.inferences:,} recorded inferences"
            f" anew, in {time.monotonic() - begun:.1f} s."
        )


def _greet(stack: Stack, key: str, *, found: bool, once: bool) -> None:
    """Record sample inferences, and print how to give feedback on them, unless the stack ends now.

    `found`: whether `feedback --local` finds this stack. It finds the first run of a checkout.
    """
    _say("Recording sample inferences …")
    samples = _sample_inferences()
    for sample in samples:
        _post(f"{stack.url}/internal/inferences", key, sample)
    feedback = [_sample_feedback(samples[0]), _sample_demonstration(samples[0])]
    if once:
        for one in feedback:
            _post(f"{stack.url}/feedback", key, one)
        _say("Everything works: feedback was sent and stored.")
        return
    _say("Ready.")
    ids = "".join(
        f"  inference  {one['inference_id']}  {one['function_name']}\n" for one in samples
    )
    print(
        f"\n  {stack.url}\n\n"
        f"  key        {key}\n"
        f"  episode    {samples[0]['episode_id']}\n{ids}\n"
        "Give feedback on them, from another terminal:\n\n"
        + "\n".join(_curl(stack, key, one) for one in feedback)
        + "\nor from Python:\n\n"
        + f'  TensorZeroGateway.build_http(gateway_url="{stack.url}", api_key="{key}")\n\n'
        + ("More keys: .venv/bin/feedback keys create --local. " if found else "")
        + "Ctrl-C ends this.\n",
        flush=True,
    )


def _curl(stack: Stack, key: str, feedback: dict[str, Any]) -> str:
    return (
        f"  curl {stack.url}/feedback \\\n"
        f"    -H 'Authorization: Bearer {key}' \\\n"
        "    -H 'Content-Type: application/json' \\\n"
        f"    -d '{json.dumps(feedback)}'\n"
    )


def _sample_inferences() -> list[dict[str, str]]:
    """Make one of a chat function, with a tool if any has one, and one of a JSON function."""
    functions = _configuration("functions")["functions"]
    kinds = {"tensorzero::default": "chat"} | {
        name: function["type"]
        for name, function in sorted(functions.items(), key=lambda one: bool(one[1].get("tools")))
        if not name.startswith("tensorzero::")
    }
    chosen = {kind: name for name, kind in kinds.items()}  # of each kind, the last
    episode = uuids.new()
    return [
        {
            "inference_id": uuids.new(),
            "episode_id": episode,
            "function_name": chosen[kind],
            "variant_name": "sample",
        }
        for kind in ("chat", "json")
        if kind in chosen
    ]


def _sample_demonstration(sample: dict[str, str]) -> dict[str, Any]:
    """Say what the chat function should have answered."""
    target = {"inference_id": sample["inference_id"]}
    return {"metric_name": "demonstration", **target, "value": "A better answer."}


def _sample_feedback(sample: dict[str, str]) -> dict[str, Any]:
    """Choose a metric of the configuration; where there is none, a comment is always possible."""
    values = {"boolean": True, "float": 0.5}
    for name, (kind, level) in _configuration("catalog")["metrics"].items():
        if kind in values and not name.startswith("tensorzero::"):
            target = f"{level}_id"
            return {"metric_name": name, target: sample[target], "value": values[kind]}
    return {"metric_name": "comment", "inference_id": sample["inference_id"], "value": "Well done."}


def _configuration(part: str) -> dict[str, Any]:
    document: dict[str, Any] = json.loads((BUILD.compiled / f"{part}.json").read_bytes())
    return document


def _post(url: str, key: str, body: object) -> None:
    headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}
    request = urllib.request.Request(  # noqa: S310 - a loopback URL
        url, json.dumps(body).encode(), headers
    )
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310 - as above
            answer.read()
    except urllib.error.HTTPError as error:
        raise StackFailed(f"{url} answered {error.code}: {error.read().decode()}") from error


def _follow(stack: Stack) -> None:
    """Print what the functions log and every item that is stored, as they come."""
    follower = Follower(stack)
    while True:
        time.sleep(0.5)
        for line in follower.news():
            print(line, flush=True)


def _say(text: str) -> None:
    print(f"[{time.monotonic() - STARTED:5.1f} s] {text}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
