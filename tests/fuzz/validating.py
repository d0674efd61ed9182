"""A process with 300 MB of memory that validates: a line of JSON in, a line out.

In: schema and value, both JSON texts, and the budget of processor time. Out: the outcome, and the
processor time of parent and child. The last line out has the most memory that each ever had.
"""

import json
import resource
import sys
import time
from pathlib import Path
from typing import Any

import boto3  # noqa: F401 - a Lambda has it loaded

from feedback.demonstration.json_schema.budget import Budget
from feedback.demonstration.json_schema.check import InvalidSchema, Violation
from feedback.demonstration.json_schema.validator import Validator

MEMORY = 300 * 1024 * 1024
PLAIN = Violation('1 is not of type "string"', "", '"type": "string"')


def main() -> None:
    """Validate until there are no more lines."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    validator = Validator.within(512)
    for line in sys.stdin:
        sys.stdout.write(f"{json.dumps(_validate(validator, **json.loads(line)))}\n")
        sys.stdout.flush()
    del validator
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    peaks = {"parent": _peak(), "child": children.ru_maxrss * 1024}
    sys.stdout.write(json.dumps(peaks))


def _validate(validator: Validator, schema: str, value: str, processor: float) -> dict[str, Any]:
    """Check a value, and whether the next request is served as if nothing had been."""
    budget, started = Budget(processor, 60), time.process_time()
    try:
        found = validator.first_violation(schema, value, budget)
        outcome = "violation" if found else "fits"
    except InvalidSchema as refusal:
        outcome = type(refusal.__cause__).__name__
    parent = time.process_time() - started
    served = validator.first_violation('{"type":"string"}', "1", Budget(20, 60)) == PLAIN
    return {
        "outcome": outcome,
        "parent": parent,
        "child": processor - budget.processor,
        "served": served,
    }


def _peak() -> int:
    """Return this process's peak in bytes; getrusage would count the one that started it too."""
    status = Path("/proc/self/status").read_text("utf-8")
    [line] = [line for line in status.splitlines() if line.startswith("VmHWM:")]
    return int(line.split()[1]) * 1024


if __name__ == "__main__":
    main()
