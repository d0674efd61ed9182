"""Starts the loopback DynamoDB, makes it a certificate that can be trusted, and stops it."""

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import trustme

from benchmarks.bench.recorded import Item

TIMEOUT = 20
"""Seconds within which the server must start, answer, and stop."""


@dataclass(frozen=True, slots=True)
class Loopback:
    """A running server."""

    ports: dict[str, int]
    """By scheme: http and https."""
    authority: str
    """The PEM of what signed its certificate."""

    def url(self, scheme: str) -> str:
        """Return the endpoint for the SDK."""
        return f"{scheme}://127.0.0.1:{self.ports[scheme]}"

    def calls(self) -> list[tuple[str, dict[str, Any]]]:
        """Return the calls since it was last asked."""
        with urlopen(f"{self.url('http')}/calls", timeout=TIMEOUT) as answer:  # noqa: S310 - our own
            return [(operation, parameters) for operation, parameters in json.load(answer)]


@contextmanager
def running(items: list[Item], folder: Path) -> Iterator[Loopback]:
    """Serve these items for as long as the block lasts; files go to the folder."""
    authority = trustme.CA(key_type=trustme.KeyType.RSA)
    # RSA, as the certificates of AWS's own endpoints are.
    certificate = authority.issue_cert("127.0.0.1", key_type=trustme.KeyType.RSA)
    (folder / "server.pem").write_bytes(certificate.private_key_and_cert_chain_pem.bytes())
    (folder / "items.json").write_text(json.dumps(items), "utf-8")
    command = [sys.executable, "-m", "benchmarks.bench.server"]
    command += ["--items", f"{folder}/items.json", "--certificate", f"{folder}/server.pem"]
    root = Path(__file__).parents[2]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, cwd=root, stdin=pipe, stdout=pipe, text=True) as process:
        try:
            ports = json.loads(process.stdout.readline() if process.stdout else "")
            yield Loopback(ports, authority.cert_pem.bytes().decode())
        finally:
            process.terminate()
            process.wait(TIMEOUT)
