"""Builds the stack for this machine, and deploys what was built to the emulator.

build = Build(LOCAL)
build.make()
with emulator(folder) as aws:
    stack = build.deploy(aws)
"""

import fcntl
import hashlib
import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from tools import cors
from tools.emulator import ROOT, Emulator
from tools.stack import NAME, Stack

SAM = ROOT / ".tools/sam/bin/sam"
SETTINGS = ROOT / "samconfig.toml"
LOCAL = ROOT / ".local"
TAG = "built-from"

# Whatever may change what is built and deployed.
SOURCES = (
    "build.mk",
    "configuration",
    "functions",
    "layers",
    "requirements/jwt.txt",
    "requirements/runtime.txt",
    "samconfig.toml",
    "template.yaml",
    "tools/bytecode.py",
)


class StackFailed(Exception):
    """A build or a deployment failed; the text is what the SAM CLI printed."""


@dataclass(frozen=True, slots=True)
class Build:
    """A build in a folder of its own, with the log of each command and what it was built from.

    It has the configuration in layers/config, or what CONFIG says, or all of ``configuration``.
    """

    home: Path
    configuration: Path | None = None
    """A folder."""

    @property
    def artefacts(self) -> Path:
        """What is uploaded: a folder a function and a layer."""
        return self.home / "build"

    @property
    def compiled(self) -> Path:
        """The compiled configuration."""
        return self.artefacts / "ConfigLayer/python/tensorzero_config"

    @property
    def _mark(self) -> Path:
        return self.home / "built-from"

    def make(self) -> bool:
        """Build for this machine's Python; return whether there was anything to do.

        Another process that builds in the same folder is waited for.
        """
        self.home.mkdir(parents=True, exist_ok=True)
        with (self.home / "lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            return self._make()

    def _make(self) -> bool:
        current = self._fingerprint()
        # What CONFIG names may lie outside of what was hashed.
        elsewhere = self.configuration is None and os.environ.get("CONFIG")
        if self.artefacts.exists() and not elsewhere and self._built().startswith(current):
            return False
        self._mark.unlink(missing_ok=True)
        # A `make … CONFIG=…` that called hands its variables on in MAKEFLAGS, before all others.
        environment = {name: one for name, one in os.environ.items() if not name.startswith("MAKE")}
        environment["BUILD_FOR"] = "local"
        if self.configuration is not None:
            environment["CONFIG"] = f"{self.configuration}/**/*.toml"
        self._sam("build", "--build-dir", str(self.artefacts), env=environment)
        catalog = json.loads((self.compiled / "catalog.json").read_bytes())
        self._mark.write_text(f"{current}-{catalog['snapshot_hash']}")
        return True

    def warnings(self) -> list[str]:
        """Return what the last build warned of."""
        lines = (self.home / "build.log").read_text("utf-8").splitlines()
        return [line for line in lines if line.startswith("WARNING: ")]

    def deploy(self, aws: Emulator, *parameters: str) -> Stack:
        """Deploy what was built, unless the emulator has it, with ``parameters`` (Name=Value)."""
        if _deployed(aws) != (built := self._built()):
            own = ["--parameter-overrides", " ".join(parameters)] if parameters else []
            template = ["--template-file", str(self.artefacts / "template.yaml")]
            environment = {**aws.environment(), "SAM_CLI_POLL_DELAY": "0.3"}
            self._sam("deploy", *template, "--tags", f"{TAG}={built}", *own, env=environment)
        stack = Stack.of(aws)
        cors.apply(aws, stack.resources["Api"])
        return stack

    def _built(self) -> str:
        return self._mark.read_text() if self._mark.exists() else ""

    def _fingerprint(self) -> str:
        """Hash everything that a build depends on."""
        digest = hashlib.sha256(sys.version.encode())
        own = () if self.configuration is None else (self.configuration,)
        for path in (*(ROOT / source for source in SOURCES), *own):
            for file in sorted(path.rglob("*")) if path.is_dir() else [path]:
                if file.is_file() and "__pycache__" not in file.parts:
                    digest.update(str(file.relative_to(ROOT)).encode() + b"\0" + file.read_bytes())
        return digest.hexdigest()

    def _sam(self, verb: str, *arguments: str, env: dict[str, str]) -> None:
        """Run the SAM CLI with the [local] part of samconfig.toml."""
        done = subprocess.run(
            # It would look for its settings beside the built template.
            [SAM, verb, "--config-file", SETTINGS, "--config-env", "local", *arguments],
            cwd=ROOT,
            env={**env, "SAM_CLI_TELEMETRY": "0"},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        (self.home / f"{verb}.log").write_text(done.stdout, "utf-8")
        if done.returncode:
            raise StackFailed(f"sam {verb} failed:\n{done.stdout}")


def _deployed(aws: Emulator) -> str | None:
    """Return the mark of the stack that the emulator holds, if it holds a whole one."""
    client = aws.client("cloudformation")
    try:
        (stack,) = client.describe_stacks(StackName=NAME)["Stacks"]
    except client.exceptions.ClientError:
        return None
    if stack["StackStatus"] not in {"CREATE_COMPLETE", "UPDATE_COMPLETE"}:
        return None
    return next((tag["Value"] for tag in stack.get("Tags", []) if tag["Key"] == TAG), None)
