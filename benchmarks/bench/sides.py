"""The two sides of a row: the Lambda as it is built, and the SDK that makes the same calls bare."""

import json
import re
import sysconfig
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.bench.artefact import Artefact
from benchmarks.bench.loopback import Loopback
from benchmarks.bench.process import Process, run
from benchmarks.bench.scenario import Row, event

REHEARSALS = 3
STOCK = Path(sysconfig.get_path("purelib"))
"""The SDK as it is installed from PyPI: untouched, its bytecode beside it."""

# What Lambda sets, for both sides; the credentials are those of AWS's documentation.
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


@dataclass(frozen=True, slots=True)
class Maker:
    """Makes the processes of one transport; their files go to a folder."""

    artefact: Artefact
    loopback: Loopback
    scheme: str
    folder: Path

    def function(self, row: Row) -> Process:
        """Return the Lambda that answers a row's request."""
        dependencies = self.artefact.dependencies
        configuration = self.artefact.configurations[row.target_validation]
        path = (self.artefact.function, dependencies, configuration)
        specification = {"event": event(row), "status": row.status}
        return self._process(row.name, specification, dependencies, path, FUNCTION)

    def floor(self, calls: list[tuple[str, dict[str, Any]]]) -> Process:
        """Return the bare SDK that makes these calls, named by the server's operations."""
        bare = [(snake(operation), parameters) for operation, parameters in calls]
        name = f"floor: client, {', '.join(method for method, _ in bare)}"
        return self._process(name, {"calls": bare}, STOCK, (STOCK,), {})

    def rehearse(self, row: Row) -> list[tuple[str, dict[str, Any]]]:
        """Run a row unmeasured, check that it makes its calls and no other, and return them.

        Raises SystemExit if it does not, or if it loads the SDK.
        """
        self.loopback.calls()
        report = run(self.function(row), REHEARSALS, "none")
        calls = self.loopback.calls()
        if report.sdk is not None:
            raise SystemExit(f"{row.name}: loaded the SDK of {report.sdk}")
        if tuple(operation for operation, _ in calls) != row.operations * REHEARSALS:
            raise SystemExit(f"{row.name}: not {row.operations} a request: {calls}")
        return calls[: len(row.operations)]

    def _process(
        self,
        name: str,
        specification: dict[str, Any],
        sdk: Path,
        path: tuple[Path, ...],
        variables: dict[str, str],
    ) -> Process:
        slug = re.sub(r"\W+", "-", f"{self.scheme} {name}")
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
        return Process(name, file, environment)


def snake(operation: str) -> str:
    """Return the SDK's method of an operation: PutItem, put_item."""
    return re.sub(r"(?<!^)(?=[A-Z])", "_", operation).lower()


def roots(process: Process) -> int:
    """Count the root certificates that a process loads on its first TLS connection."""
    bundle = Path(process.environment["AWS_CA_BUNDLE"]).read_text("utf-8")
    return bundle.count("-----BEGIN CERTIFICATE-----")
