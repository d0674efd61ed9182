"""A warm request calls a tenth of the Python functions that the bare SDK does for its calls alone.

Measured with the SDK of the lock: 0.05 of them with target validation, 0.07 without (Python 3.11).
"""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.support.environment import towards
from tests.support.lambdas import LAYER, TABLES, variables, write_layer
from tests.support.template import ROOT
from tools.event import event

INFERENCE = "0192c4a0-7e00-7000-8000-000000000001"
NOWHERE = "http://127.0.0.1:9"


def _run(side: str, given: object, layer: Path) -> dict[str, Any]:
    """Count in a process of its own: nothing else has touched the SDK there."""
    path = os.pathsep.join([str(ROOT / "functions"), str(layer)])
    done = subprocess.run(
        [sys.executable, str(Path(__file__).with_name("warm.py")), side, json.dumps(given)],
        env={
            **variables("submit", TABLES),
            **towards(NOWHERE),
            "PYTHONPATH": path,
            "PYTHONHASHSEED": "0",
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    result: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return result


@pytest.fixture(scope="module", params=[True, False], ids=["validated", "not validated"])
def layer(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Compile the tests' configuration, with and without target validation."""
    folder = write_layer(tmp_path_factory.mktemp("layer"))
    catalog = folder / LAYER / "catalog.json"
    document = json.loads(catalog.read_text())
    catalog.write_text(json.dumps({**document, "target_validation": request.param}))
    return folder


@pytest.mark.parametrize(
    ("metric", "value"), [("draft_accepted", True), ("edit_distance", 0.5), ("comment", "text")]
)
def test_a_warm_request_calls_at_most_a_tenth_of_the_bare_sdks_functions(
    layer: Path, metric: str, value: object
) -> None:
    """Everything included: the body, the rules, the metric on the output. No SDK is loaded."""
    body = {"metric_name": metric, "value": value, "inference_id": INFERENCE, "tags": {"a": "b"}}
    ours = _run("handler", event(json.dumps(body)), layer)
    bare = _run("floor", ours["sent"], layer)

    assert [operation for operation, _ in bare["sent"]] == [
        operation for operation, _ in ours["sent"]
    ]
    assert (ours["sdk"], bare["sdk"]) == (False, True)
    assert len(set(ours["counts"])) == len(set(bare["counts"])) == 1, "not deterministic"
    ratio = ours["counts"][0] / bare["counts"][0]
    assert ratio <= 0.1, f"{ours['counts'][0]} calls to the bare SDK's {bare['counts'][0]}"
