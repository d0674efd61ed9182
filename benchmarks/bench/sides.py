"""The sides of a row: the Lambda as it is built, and what it is compared with."""

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.bench.artefact import Artefact
from benchmarks.bench.interpreter import Interpreter
from benchmarks.bench.loopback import Loopback
from benchmarks.bench.process import Process, run
from benchmarks.bench.scenario import PUT, SINGLE, Row
from shared.direct.target import SWITCH

REHEARSALS = 3
SUBJECTS = Path(__file__).parent / "subjects"
"""What the Lambda is compared with, a module each."""

# What Lambda sets, for all sides; the credentials are those of AWS's documentation.
LAMBDA = {
    "AWS_ACCESS_KEY_ID": "ASIAIOSFODNN7EXAMPLE",
    "AWS_SECRET_ACCESS_KEY": "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
    "AWS_SESSION_TOKEN": "IQoJb3JpZ2luX2VjEXAMPLE" * 36,
    "AWS_DEFAULT_REGION": "us-east-1",
    "AWS_REGION": "us-east-1",
    "AWS_EXECUTION_ENV": "AWS_Lambda_python3.13",
    "AWS_LAMBDA_FUNCTION_NAME": "feedback",
    "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "512",
    "AWS_LAMBDA_FUNCTION_VERSION": "1",
    "AWS_LAMBDA_INITIALIZATION_TYPE": "on-demand",
    "LANG": "C.UTF-8",
    "PATH": "/usr/bin:/bin",
    "PYTHONHASHSEED": "0",
    "TZ": ":UTC",
}
FUNCTION = {  # what template.yaml sets; a test compares
    "BOOLEAN_TABLE": "tensorzero-feedback-BooleanMetricFeedback-1ABCDEFGHIJKL",
    "FLOAT_TABLE": "tensorzero-feedback-FloatMetricFeedback-1ABCDEFGHIJKL",
    "COMMENT_TABLE": "tensorzero-feedback-CommentFeedback-1ABCDEFGHIJKL",
    "DEMONSTRATION_TABLE": "tensorzero-feedback-DemonstrationFeedback-1ABCDEFGHIJKL",
    "EVALUATION_TABLE": "tensorzero-feedback-EvaluationHumanFeedback-1ABCDEFGHIJKL",
    "IDEMPOTENCY_TABLE": "tensorzero-feedback-Idempotency-1ABCDEFGHIJKL",
    "IDEMPOTENCY_DAYS": "7",
    "TARGET_TABLE": "tensorzero-feedback-Target-1ABCDEFGHIJKL",
    "API_KEY_TABLE": "tensorzero-feedback-ApiKey-1ABCDEFGHIJKL",
    "STACK_NAME": "tensorzero-feedback",
    "TARGET_WAIT_SECONDS": "",
    "POWERTOOLS_LOG_LEVEL": "INFO",
    "PYDANTIC_DISABLE_PLUGINS": "__all__",
}
BY_SDK = {SWITCH: "sdk"}

Calls = list[tuple[str, dict[str, Any]]]
"""What the server was asked: operations and their parameters."""


@dataclass(frozen=True, slots=True)
class Maker:
    """Makes the processes of one Python over one transport; their files go to a folder."""

    interpreter: Interpreter
    artefact: Artefact
    loopback: Loopback
    scheme: str
    folder: Path

    def function(self, row: Row, **switches: str) -> Process:
        """Return the Lambda that answers a row's request; with variables more, if any."""
        own = self.artefact
        path = [own.functions[row.function], own.dependencies]
        path += [own.jwt] if row.function == "authorizer" else []
        path.append(own.configurations[row.target_validation])
        specification = {
            "module": f"{row.function}.app",
            "event": row.event,
            "expected": row.expected,
        }
        name = f"SDK alone: {row.name}" if switches else row.name
        variables = {**FUNCTION, **switches}
        return self._process(name, specification, own.dependencies, path, variables, row.times)

    def bare(self, name: str, calls: Calls, times: tuple[int, int]) -> Process:
        """Return the bare SDK that makes these calls."""
        methods = [(snake(operation), parameters) for operation, parameters in calls]
        specification = {"module": "bare", "event": {"calls": methods}, "expected": {}}
        stock = self.interpreter.packages
        return self._process(name, specification, stock, [SUBJECTS, stock], {}, times)

    def floor(self, calls: Calls, times: tuple[int, int]) -> Process:
        """Return what makes these calls by Python's standard library, and does nothing else."""
        specification = {"module": "floor", "event": {"calls": calls}, "expected": {}}
        name = f"floor: {summary([snake(operation) for operation, _ in calls])}"
        roots = self.artefact.dependencies
        return self._process(name, specification, roots, [SUBJECTS], {}, times)

    def tutorial(self) -> Process:
        """Return a Lambda as tutorials write one: it validates, puts and counts."""
        specification = {"module": "tutorial", "event": PUT.event, "expected": {"statusCode": 200}}
        stock, path = self.interpreter.packages, [SUBJECTS, self.interpreter.packages]
        return self._process("tutorial style: put", specification, stock, path, FUNCTION, PUT.times)

    def rehearse(self, row: Row) -> Calls:
        """Run a row unmeasured, check that it makes its calls and no other, and return them.

        Raises SystemExit if it does not, or if it loads the SDK.
        """
        self.loopback.calls()
        report = run(self.function(row), REHEARSALS, "none")
        calls = self.loopback.calls()
        if report.sdk is not None:
            raise SystemExit(f"{row.name}: loaded the SDK of {report.sdk}")
        called = sorted(operation for operation, _ in calls)
        if called != sorted(row.operations * REHEARSALS):
            raise SystemExit(f"{row.name}: not {row.operations} a request: {calls}")
        return calls[: len(row.operations)]

    def _process(  # noqa: PLR0913, PLR0917 - what makes a process
        self,
        name: str,
        specification: dict[str, Any],
        sdk: Path,
        path: list[Path],
        variables: dict[str, str],
        times: tuple[int, int],
    ) -> Process:
        slug = re.sub(r"\W+", "-", f"{self.interpreter.version} {self.scheme} {name}")
        file, roots = self.folder / f"{slug}.json", self.folder / f"{slug}.pem"
        file.write_text(json.dumps(specification), "utf-8")
        bundle = (sdk / "botocore/cacert.pem").read_text("utf-8")
        roots.write_text(bundle + self.loopback.authority, "utf-8")
        environment = {
            **LAMBDA,
            **variables,
            "AWS_CA_BUNDLE": str(roots),
            "AWS_ENDPOINT_URL_DYNAMODB": self.loopback.url(self.scheme),
            "PYTHONPATH": ":".join(map(str, path)),
        }
        return Process(name, self.interpreter.program, file, environment, times)


def snake(operation: str) -> str:
    """Return the SDK's method of an operation: PutItem, put_item."""
    return re.sub(r"(?<!^)(?=[A-Z])", "_", operation).lower()


def bare_name(row: Row) -> str:
    """Name the bare SDK that a row is put beside: of its calls, of one put if it makes none.

    Small calls of the same sorts are not told apart.
    """
    operations = row.operations or PUT.operations
    name = f"bare SDK: {summary(list(map(snake, operations)))}"
    return name if row.times == SINGLE else f"{name} of {row.name}"


def summary(operations: list[str]) -> str:
    """Name calls: each sort once, with its number."""
    counts = {one: operations.count(one) for one in operations}
    return ", ".join(one if count == 1 else f"{count} {one}" for one, count in counts.items())


def roots(process: Process) -> int:
    """Count the root certificates that a process loads on its first TLS connection."""
    bundle = Path(process.environment["AWS_CA_BUNDLE"]).read_text("utf-8")
    return bundle.count("-----BEGIN CERTIFICATE-----")
