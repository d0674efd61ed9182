"""Any schema and any value: 2 s of processor time, 300 MB of memory, and the next one is served.

`make fuzz` tries 10,000 of them; FUZZ_EXAMPLES says ten times how many.
"""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

from feedback.demonstration.json_schema.validation import PROCESSOR
from tests.fuzz.hostile import texts
from tests.support.template import ROOT

MEMORY = 300 * 1024 * 1024
EXAMPLES = int(os.environ.get("FUZZ_EXAMPLES", "2000")) // 10
BUDGETS = (0.1,) * 9 + (PROCESSOR,)
"""Seconds of processor time; with less than a request has, more examples can be tried."""
Validate = Callable[..., dict[str, Any]]


@pytest.fixture(scope="module")
def validate() -> Iterator[Validate]:
    """Start the process that validates; at the end, see how much memory it ever had."""
    with subprocess.Popen(
        [sys.executable, "-m", "tests.fuzz.validating"],
        cwd=ROOT,
        env={"PYTHONPATH": os.pathsep.join([str(ROOT / "functions"), str(ROOT)])},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdin
        assert process.stdout
        asked, answered = process.stdin, process.stdout

        def ask(**question: Any) -> dict[str, Any]:
            asked.write(f"{json.dumps(question)}\n")
            asked.flush()
            answer: dict[str, Any] = json.loads(answered.readline())
            return answer

        yield ask
        asked.close()
        peaks = json.loads(answered.read())
    assert process.returncode == 0
    # What the child shares with its parent is counted twice.
    assert sum(peaks.values()) < MEMORY


@settings(
    max_examples=EXAMPLES,
    suppress_health_check=list(HealthCheck),  # a fixture that all examples share is meant here
    derandomize="FUZZ_EXAMPLES" not in os.environ,
)
@given(seed=st.integers(0, 2**32), processor=st.sampled_from(BUDGETS))
def test_no_schema_takes_more_than_its_bound(
    seed: int, processor: float, validate: Validate
) -> None:
    """Whatever becomes of it."""
    schema, value = texts(Random(seed))  # noqa: S311 - no secret

    answer = validate(schema=schema, value=value, processor=processor)

    event(answer["outcome"])
    assert answer["served"]
    assert answer["parent"] + answer["child"] < 2
