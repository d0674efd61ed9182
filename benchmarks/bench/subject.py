"""The process that is measured: gets ready, answers N requests, ends.

`python -S -P subject.py SPEC N METER REPORT`: SPEC is a JSON file that names the module of the
handler, its event, and what its answers must hold. METER is none (the process is watched from
outside), calls or clock; its readings at each step go to REPORT.
"""

import importlib
import json
import os
import sys
import time
from collections.abc import Callable
from typing import Any

LIMITS = {
    "shared.direct.client": ("ATTEMPT", "LONGEST"),
    "shared.direct.connection": ("CONNECT",),
    "feedback.demonstration.json_schema.validation": ("PROCESSOR", "LONGEST"),
}
"""The modules that say how long a call or a check may take."""
TIME = 10_000.0


class Context:
    """What Lambda hands over beside the event."""

    aws_request_id = "8f507cfc-1d4b-4b5a-9c53-0e9a3a2ab1f3"
    function_name = "feedback"
    memory_limit_in_mb = 512
    invoked_function_arn = "arn:aws:lambda:us-east-1:123456789012:function:feedback"

    @staticmethod
    def get_remaining_time_in_millis() -> int:
        """Return more than Lambda ever leaves: under valgrind, all takes fifty times as long."""
        return 20_000_000


def leave_descriptors_to_valgrind() -> None:
    """Let the child that checks demonstrations be confined but for its descriptors.

    valgrind has some of its own, and refuses to lower the hard limit.
    """
    resource: Any = importlib.import_module("resource")
    limit = resource.setrlimit

    def all_but_descriptors(which: int, limits: tuple[int, int]) -> None:
        if which != resource.RLIMIT_NOFILE:
            limit(which, limits)

    resource.setrlimit = all_but_descriptors


def leave_time_to_valgrind() -> None:
    """Let calls and checks take as long as they do under valgrind, on a busy machine too.

    What was given up for its time would be counted with what is then done instead.
    """
    for module, limits in LIMITS.items():
        if module in sys.modules:
            vars(sys.modules[module]).update(dict.fromkeys(limits, TIME))


def load(module: str, event: dict[str, Any], expected: dict[str, Any]) -> Callable[[], None]:
    """Import the handler, as Lambda's runtime does, and return what sends it the event."""
    handler = importlib.import_module(module).handler
    if "valgrind" in os.environ.get("LD_PRELOAD", ""):
        leave_descriptors_to_valgrind()
        leave_time_to_valgrind()
    context = Context()

    def request() -> None:
        reply = handler(event, context)
        for name, value in expected.items():
            if reply[name] != value:
                sys.exit(f"not {value}: {reply}")

    return request


def counter() -> Callable[[], int]:
    """Count Python function calls from here on."""
    count = 0

    def profile(_frame: object, event: str, _argument: object) -> None:
        nonlocal count
        count += event == "call"

    sys.setprofile(profile)
    return lambda: count


METERS: dict[str, Callable[[], Callable[[], int]]] = {
    "none": lambda: lambda: 0,
    "calls": counter,
    "clock": lambda: time.perf_counter_ns,
}


def main(spec: str, repeats: str, meter: str, report: str) -> None:
    """Get ready, answer, write the readings down; no time is spent on tidying up at the end."""
    read = METERS[meter]()
    with open(spec, "rb") as file:  # noqa: PTH123 - pathlib would be the measured side's import
        subject = json.load(file)
    request = load(**subject)
    readings = [read()]
    for _ in range(int(repeats)):
        request()
        readings.append(read())
    sys.setprofile(None)
    with open(report, "w", encoding="utf-8") as file:  # noqa: PTH123
        sdk = sys.modules.get("botocore.session")  # Powertools imports the root alone
        json.dump({"readings": readings, "sdk": sdk and sdk.__file__}, file)
    sys.stdout.flush()
    os._exit(0)


if __name__ == "__main__":
    main(*sys.argv[1:])
