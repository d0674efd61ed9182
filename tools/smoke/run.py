"""A run against one stack: whom it calls as, and what it has recorded there."""

import time
import urllib.request
from dataclasses import dataclass, field
from functools import cached_property
from http import HTTPStatus
from io import BytesIO
from json import loads
from typing import Any, TypeAlias
from zipfile import ZipFile

from botocore.exceptions import BotoCoreError, ClientError

from shared import uuids
from tools.http import Caller, Unexpected
from tools.smoke.deployment import Deployment

Metrics: TypeAlias = dict[tuple[str, str], str]
"""The name of one metric of each type and level."""
FUNCTION = "tensorzero::default"
"""What every gateway has."""
CATALOG = "python/tensorzero_config/catalog.json"
PATIENCE = 10.0
"""Seconds that CloudWatch Logs is given to show what a function has printed."""
UNKNOWN: dict[str, Any] = {"observability": True, "target_validation": True, "metrics": {}}
"""What is taken for the configuration where it cannot be read: comments need no metric."""


@dataclass
class Run:
    """One run; everything that it stores is about `targets` and `datapoints`."""

    stack: Deployment
    targets: set[str] = field(default_factory=set)
    datapoints: set[str] = field(default_factory=set)
    started: float = 0.0

    def start(self) -> None:
        """Note when a check begins: its functions' logs are read from there."""
        self.started = time.time()

    @cached_property
    def key(self) -> str | None:
        """An API key that may do everything; None where nobody asks for one."""
        return self.stack.new_key() if self.stack.authenticated else None

    @cached_property
    def call(self) -> Caller:
        """Somebody with that key."""
        return Caller(self.stack.url, self.key)

    @cached_property
    def inference(self) -> dict[str, str]:
        """An inference that this run has recorded, of the function that every gateway has."""
        return self.record(output=[{"type": "text", "text": "Hello."}])

    def record(self, **fields: object) -> dict[str, str]:
        """Record an inference, to be removed at the end."""
        ids = {"inference_id": uuids.new(), "episode_id": uuids.new()}
        self.targets |= {*ids.values()}
        return self.call.record(function_name=FUNCTION, **ids, **fields)

    @cached_property
    def configuration(self) -> dict[str, Any]:
        """The catalog in the stack's own layer; UNKNOWN where it cannot be read."""
        client = self.stack.client("lambda")
        try:
            function = client.get_function_configuration(
                FunctionName=self.stack.functions["Submit"], Qualifier="live"
            )
            [layer] = [one["Arn"] for one in function["Layers"] if ":ConfigLayer" in one["Arn"]]
            where = client.get_layer_version_by_arn(Arn=layer)["Content"]["Location"]
            with urllib.request.urlopen(where, timeout=30) as answer:  # noqa: S310 - AWS's own
                archive = ZipFile(BytesIO(answer.read()))
        except (BotoCoreError, ClientError, OSError, ValueError):
            return UNKNOWN
        return dict(loads(archive.read(CATALOG)))

    @property
    def metrics(self) -> Metrics:
        """One metric of each type and level that is configured."""
        named = self.configuration["metrics"].items()
        return {(kind, level): name for name, (kind, level) in sorted(named, reverse=True)}

    def reason(self, failure: Exception) -> str:
        """Say what a function has logged, if it is why an answer was a 5xx."""
        status = failure.status if isinstance(failure, Unexpected) else None
        if status is None or status < HTTPStatus.INTERNAL_SERVER_ERROR:
            return ""
        until = time.monotonic() + PATIENCE
        while not (told := self._troubles()) and time.monotonic() < until:
            time.sleep(1)
        return "".join(f"; {one}" for one in told)

    def _troubles(self) -> list[str]:
        """Read the first error that each function has logged since the check began."""
        functions, logs = self.stack.client("lambda"), self.stack.client("logs")
        told = []
        for name, function in self.stack.functions.items():
            setting = functions.get_function_configuration(FunctionName=function)
            events = logs.filter_log_events(
                logGroupName=setting["LoggingConfig"]["LogGroup"],
                startTime=int(self.started * 1000),
            )["events"]
            lines = [one["message"] for one in events if "Error" in one["message"]]
            told += [f"{name}Function logged: {one.strip()[:400]}" for one in lines[:1]]
        return told
