"""The local AWS emulator, as a process of our own that starts and ends cleanly."""

import contextlib
import json
import os
import shutil
import signal
import socket
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import boto3
from botocore.config import Config

from shared.direct.target import SWITCH

ROOT = Path(__file__).resolve().parents[1]
PROGRAM = ROOT / ".tools/emulator/bin/ministack"
HOST = "127.0.0.1"
REGION = "us-east-1"
CREDENTIALS = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test"}


class EmulatorDied(Exception):
    """The emulator ended, or never answered; its log says why."""


@dataclass(frozen=True, slots=True)
class Emulator:
    """A running emulator: where it listens, and clients that talk to it."""

    port: int
    log: Path

    @property
    def endpoint(self) -> str:
        """The URL that stands for every AWS service."""
        return f"http://{HOST}:{self.port}"

    def client(self, service: str, **settings: Any) -> Any:  # noqa: ANN401 - boto3 makes them
        """Make a boto3 client of a service, with settings for its Config."""
        session = _session()
        return session.client(service, endpoint_url=self.endpoint, config=Config(**settings))

    def environment(self) -> dict[str, str]:
        """Return the variables that send a program's AWS calls here, and nowhere else."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
        return {
            **kept,
            **CREDENTIALS,
            "AWS_ENDPOINT_URL": self.endpoint,
            "AWS_DEFAULT_REGION": REGION,
            "AWS_EC2_METADATA_DISABLED": "true",
        }


@cache
def _session() -> Any:  # noqa: ANN401 - boto3 makes it
    """Make the one session: what it has read of a service, its next client need not."""
    return boto3.session.Session(
        aws_access_key_id=CREDENTIALS["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=CREDENTIALS["AWS_SECRET_ACCESS_KEY"],
        region_name=REGION,
    )


def is_free(port: int) -> bool:
    """Return whether the port can be listened on."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
    return True


def free_port() -> int:
    """Let the system choose a port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port: int = probe.getsockname()[1]
    return port


@contextlib.contextmanager
def emulator(
    home: Path, *, port: int | None = None, auth: bool = True, keep: bool = False
) -> Iterator[Emulator]:
    """Run an emulator for as long as the block lasts.

    It lives in the folder `home` (log, temporary files, state) and listens on loopback only, on
    `port` or a free one. With `auth` it enforces IAM. With `keep` its state outlives it in `home`,
    and the next emulator started there has it again: but for the records of streams, so that what
    was written and not yet followed never is.
    """
    home = home.resolve()
    temporary = home / "tmp"
    shutil.rmtree(temporary, ignore_errors=True)
    temporary.mkdir(parents=True)
    if keep:
        _forget_positions(home / "state")
    running = Emulator(port or free_port(), home / "emulator.log")
    with running.log.open("wb") as log:
        process = subprocess.Popen(
            [PROGRAM],
            # Not ours: Lambdas inherit it, and they should find nothing that AWS does not give;
            # but whoever runs a whole suite with the SDK alone means those Lambdas too.
            env={
                **{name: os.environ[name] for name in (SWITCH,) if name in os.environ},
                "PATH": os.defpath,
                "HOME": str(home),
                "TMPDIR": str(temporary),
                "BIND_HOST": HOST,
                "GATEWAY_PORT": str(running.port),
                "AUTH": str(auth).lower(),
                "PERSIST_STATE": str(int(keep)),
                "STATE_DIR": str(home / "state"),
                "S3_PERSIST": str(int(keep)),
                "S3_DATA_DIR": str(home / "s3"),
                "SFTP_ENABLED": "0",
                "IOT_MTLS_ENABLED": "0",
            },
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,  # a Ctrl-C is for us: we then let it write its state
        )
    try:
        _wait_until_it_answers(running, process)
        yield running
    finally:
        _stop(process)
        shutil.rmtree(temporary, ignore_errors=True)


def _forget_positions(state: Path) -> None:
    """Let whoever follows a stream begin with the first record that comes.

    The emulator keeps how far each had read, but not the records: of the new ones it would skip as
    many.
    """
    file = state / "lambda.json"
    if file.exists():
        stored = json.loads(file.read_bytes())
        stored["payload"]["dynamodb_stream_positions"]["data"] = {}
        file.write_text(json.dumps(stored), "utf-8")


def _wait_until_it_answers(running: Emulator, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and process.poll() is None:
        with contextlib.suppress(OSError):
            url = f"{running.endpoint}/_ministack/health"
            with urllib.request.urlopen(url, timeout=5) as answer:  # noqa: S310 - a loopback URL
                json.load(answer)
                return
        time.sleep(0.05)
    raise EmulatorDied(f"The emulator does not answer. {running.log} ends:\n{_tail(running)}")


def _tail(running: Emulator) -> str:
    return "\n".join(running.log.read_text("utf-8", "replace").splitlines()[-15:])


def _stop(process: subprocess.Popen[bytes]) -> None:
    """Ask it to end, so that it writes its state; end what it left behind in its own session."""
    process.terminate()
    try:
        process.wait(timeout=20)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
