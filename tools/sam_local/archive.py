"""Debian packages that a lock names: fetched with apt, and unpacked without being installed.

A lock begins with the release of Debian, `# bookworm`, and then has one package a line:
`name=version --hash=sha256:…`.
"""

import hashlib
import os
import re
import subprocess
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Self

from tools.sam_local.errors import Unavailable

KEYRING = Path("/usr/share/keyrings/debian-archive-keyring.gpg")
_LINE = re.compile(r"(\S+?)=(\S+) --hash=sha256:([0-9a-f]{64})")
_CONFIGURATION = """\
Dir::State "{folder}/state";
Dir::State::status "{folder}/status";
Dir::Cache "{folder}/cache";
Dir::Etc::sourcelist "{folder}/sources.list";
Dir::Etc::sourceparts "/dev/null";
Dir::Etc::preferencesparts "/dev/null";
APT::Architecture "amd64";
APT::Architectures {{ "amd64"; }};
APT::Sandbox::User "root";
Acquire::Languages "none";
#clear APT::Update::Post-Invoke-Success;
"""


@dataclass(frozen=True, slots=True)
class Package:
    """One build of a package."""

    name: str
    version: str
    sha256: str


@dataclass(frozen=True, slots=True)
class Lock:
    """Packages of one release of Debian."""

    release: str
    packages: tuple[Package, ...]

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read a lock."""
        head, _, lines = text.removeprefix("# ").partition("\n")
        return cls(head, tuple(Package(*one) for one in _LINE.findall(lines)))

    def __str__(self) -> str:
        """Write a lock."""
        lines = [f"{one.name}={one.version} --hash=sha256:{one.sha256}" for one in self.packages]
        return "\n".join([f"# {self.release}", *sorted(lines), ""])


@dataclass(frozen=True, slots=True)
class Archive:
    """A release of Debian, as apt knows it; nothing of the machine's own apt is changed."""

    release: str
    folder: Path

    def offered(self, names: Iterable[str]) -> tuple[Package, ...]:
        """Return which build of each package the release has. Raises Unavailable."""
        text = self._apt("apt-cache", "show", "--no-all-versions", *names)
        return tuple(
            Package(fields["Package"], fields["Version"], fields["SHA256"])
            for fields in (
                dict(re.findall(r"^(\w+): (.*)$", one, re.MULTILINE)) for one in text.split("\n\n")
            )
            if fields
        )

    def unpack(self, packages: Iterable[Package], into: Path) -> None:
        """Fetch packages, compare their hashes, unpack them. Raises Unavailable."""
        hashes = {one.name: one.sha256 for one in packages}
        self._apt("apt-get", "download", "-qq", *hashes)
        for file in self.folder.glob("*.deb"):
            name = file.name.partition("_")[0]
            if hashlib.sha256(file.read_bytes()).hexdigest() != hashes[name]:
                raise Unavailable(f"{file.name} has not the hash of the lock")
            subprocess.run(["dpkg", "-x", file, into], check=True)

    def _apt(self, *command: str) -> str:
        done = subprocess.run(
            command,
            cwd=self.folder,
            env={**os.environ, "APT_CONFIG": str(self.folder / "apt.conf"), "LC_ALL": "C"},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            last = (done.stderr.strip() or "no reason given").splitlines()[-1]
            raise Unavailable(f"{' '.join(command[:2])} of Debian {self.release} failed: {last}")
        return done.stdout


@contextmanager
def archive(release: str) -> Iterator[Archive]:
    """Read the lists of a release, from the mirror that this machine uses. Raises Unavailable."""
    with TemporaryDirectory() as name:
        folder = Path(name)
        for part in ("state/lists/partial", "cache/archives/partial"):
            (folder / part).mkdir(parents=True)
        (folder / "status").touch()  # as if nothing were installed
        (folder / "sources.list").write_text(
            f"deb [signed-by={KEYRING}] {_mirror()} {release} main\n", "utf-8"
        )
        (folder / "apt.conf").write_text(_CONFIGURATION.format(folder=folder), "utf-8")
        made = Archive(release, folder)
        made._apt("apt-get", "update", "-qq")  # noqa: SLF001 - its own
        yield made


def _mirror() -> str:
    """Find the address of Debian's archive among the sources of this machine's apt."""
    if not KEYRING.exists():
        raise Unavailable("the keys of Debian's archive are not here: this is not Debian")
    command = ["apt-get", "update", "--print-uris"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if address := re.search(r"'(\S+/debian/)dists/", done.stdout):
        return address[1]
    raise Unavailable("apt has no source that is Debian's archive")


def install(lock: Lock, into: Path) -> None:
    """Unpack the packages of a lock into a folder. Raises Unavailable.

    Debian keeps one build of a package in a release: where it has replaced the locked one, the new
    one is taken, which Debian has signed like every other, and a line on standard error says so.
    """
    with archive(lock.release) as source:
        offered = {one.name: one for one in source.offered(one.name for one in lock.packages)}
        chosen = [
            locked if offered[locked.name].version == locked.version else offered[locked.name]
            for locked in lock.packages
        ]
        for new in set(chosen) - set(lock.packages):
            sys.stderr.write(f"Debian has replaced the locked {new.name}: {new.version} is taken\n")
        source.unpack(chosen, into)
