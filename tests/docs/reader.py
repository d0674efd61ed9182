"""A reader of the documents, who executes their examples one after the other."""

import json
import os
import re
import subprocess
import tomllib
from collections.abc import Mapping
from contextlib import chdir
from dataclasses import dataclass, field
from pathlib import Path
from string import Template
from typing import Any

from tests.docs.gateway import Gateway
from tests.docs.markdown import ROOT
from tests.support.environment import environment

CURL = re.compile(
    r"""curl "\$URL(?P<path>/[^"]*)"(?P<headers>(?: -H "[^"]+")*)(?: -d '(?P<body>[^']*)')?\n"""
)
HEADER = re.compile(r'-H "(?P<name>[\w-]+): (?P<value>[^"]+)"')
ANSWER = re.compile(r"HTTP/1\.1 (?P<status>\d+) .*\n\n(?P<body>.*)\n")
DEFAULT = 'HTTP/1.1 200 OK\n\n{"feedback_id":"…"}\n'
"""What docs/api.md says of an example without an answer."""
KEY_ID = "OVKWMLyrbD9x"
"""The key's id in the examples; a reader puts in the id of the key that was made last."""

_NEW = re.compile(
    r'"(feedback_id|id|first_id|last_id|ticket_resolved|user_rating|config_hash|snapshot_hash'
    r'|timestamp|period_end|tensorzero::api_key_public_id)":"[^"]+"'
)
"""What is different in each stack; all else is compared."""
_ROW_OF_KEYS = re.compile(r"^([0-9A-Za-z]{12}) ", re.MULTILINE)
SAM = tomllib.loads((ROOT / "samconfig.toml").read_text("utf-8"))


@dataclass
class Reader:
    """Has the API, a checkout to run commands in, and what the documents say to export."""

    api: Gateway
    folder: Path
    aws: Mapping[str, str]
    exported: dict[str, str]
    answer: tuple[int, str] = (0, "")
    """The last one; its body as text."""
    answered: list[str] = field(default_factory=list)
    """The bodies of all answers."""
    key_id: str = ""

    def read(self, language: str, content: str) -> None:
        """Execute a block. Raises AssertionError if it does not do what it says."""
        match language:
            case "sh" if request := CURL.fullmatch(content):
                self._send(request)
            case "sh":
                for line in content.splitlines():
                    self._run(line)
            case "http":
                self._compare(content)
            case "python":
                self._execute(content)
            case "json":
                json.loads(content)
            case _:
                assert language in {"text", "ts"}

    def vote(self, token: str, metric: str, target: str) -> int:
        """Give feedback with an end user's token; return the status."""
        body = json.dumps({"metric_name": metric, "inference_id": target, "value": True})
        return self.api.send("POST", "/feedback", body, {"authorization": f"Bearer {token}"})[0]

    def _send(self, request: re.Match[str]) -> None:
        path, headers = (
            Template(request[part]).substitute(self.exported) for part in ("path", "headers")
        )
        self.answer = self.api.send(
            "GET" if request["body"] is None else "POST",
            path,
            request["body"] or "",
            {name.lower(): value for name, value in HEADER.findall(headers)},
        )
        self.answered.append(self.answer[1])
        body = json.loads(self.answer[1])
        if "feedback_id" in body:
            self.exported["FEEDBACK_ID"] = body["feedback_id"]

    def _compare(self, content: str) -> None:
        shown = ANSWER.fullmatch(content)
        assert shown, "an answer has a status, an empty line and a body of one line"
        status, body = self.answer
        assert (status, _same(body)) == (int(shown["status"]), _same(shown["body"]))

    def _run(self, line: str) -> None:
        words = line.split()
        match words:
            case ["export", assignment]:
                assert assignment.partition("=")[0] in self.exported
            case ["make" | "umask", _] | ["make", "smoke", _]:
                pass  # that the command exists is another test's
            case [".tools/sam/bin/sam", "build"]:
                assert "build" in SAM["default"]
            case [".tools/sam/bin/sam", command, "--config-env", stage]:
                assert command in SAM[stage]
            case [".venv/bin/feedback" | ".venv/bin/python", *_]:
                self._start(line.replace(KEY_ID, self.key_id))
            case _:
                raise AssertionError(f"nobody has executed {line!r}")

    def _start(self, line: str) -> None:
        done = subprocess.run(
            ["bash", "-c", line],
            cwd=self.folder,
            env={
                "PATH": os.environ["PATH"],
                "PYTHONPATH": str(ROOT),
                **self.aws,
                **self.exported,
            },
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        if " keys create " in line:
            self.key_id = _ROW_OF_KEYS.findall(done.stderr)[0]

    def _execute(self, content: str) -> None:
        names: dict[str, Any] = {}
        with environment({**os.environ, **self.exported}), chdir(self.folder):
            exec(content.replace(KEY_ID, self.key_id), names)  # noqa: S102
        if "token" in names:
            target = "01a207c7-7dd5-7312-b302-4d06ce4eaa71"
            assert self.vote(names["token"], "draft_accepted", target) == 200


def _same(body: str) -> Any:
    return json.loads(_NEW.sub(r'"\1":"…"', body))
