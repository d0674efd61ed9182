"""In the namespaces: start the engine, give it the image, run the command."""

import fcntl
import os
import socket
import struct
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import IO

from tools.emulator import ROOT
from tools.sam_local.errors import CANNOT, Unavailable
from tools.sam_local.parts import ENGINE, IMAGE, PYTHON

TAG = f"public.ecr.aws/lambda/{PYTHON.replace('python', 'python:')}-x86_64"
"""The name of AWS's image, which ours stands for: `sam local` looks for it."""
BRIDGE = "172.31.255.1"
LIBRARIES = ENGINE / "usr/lib/x86_64-linux-gnu"
LOG = Path("/run/dockerd.log")
_IMAGE_SETTINGS = (
    "WORKDIR /var/task",
    "ENV PATH=/var/lang/bin:/usr/local/bin:/usr/bin:/bin:/opt/bin",
    "ENV LD_LIBRARY_PATH=/var/lang/lib:/lib64:/usr/lib64:/var/runtime:/var/task/lib:/opt/lib",
    "ENV LAMBDA_TASK_ROOT=/var/task",
    "ENV LAMBDA_RUNTIME_DIR=/var/runtime",
    "ENV TZ=:/etc/localtime",
)
_SIOCGIFFLAGS, _SIOCSIFFLAGS, _IFF_UP = 0x8913, 0x8914, 1


def main(arguments: Sequence[str]) -> int:
    """Take the name of a control group and a command; give the command's exit status."""
    cgroup, *command = arguments
    # What the engine keeps lies in memory, and is gone with these namespaces.
    subprocess.run(["mount", "-t", "tmpfs", "-o", "mode=755", "tmpfs", "/run"], check=True)
    Path("/run/home").mkdir()
    environment = {
        **os.environ,
        "DOCKER_HOST": "unix:///run/docker.sock",
        "HOME": "/run/home",
        "PATH": os.pathsep.join(
            [
                *(f"{ENGINE}/usr/{folder}" for folder in ("sbin", "bin")),
                *(f"{ROOT}/{folder}/bin" for folder in (".venv", ".tools/sam")),
                os.environ.get("PATH", os.defpath),
            ]
        ),
        "SAM_CLI_TELEMETRY": "0",
    }
    try:
        _loopback()
        _start(cgroup, environment)
        _let_containers_reach_loopback()
        _load_image(environment)
    except Unavailable as reason:
        sys.stderr.write(f"sam local cannot run here: {reason}\n")
        return CANNOT
    return subprocess.run(command, env=environment, check=False).returncode


def _loopback() -> None:
    """Switch the interface `lo` on."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        request = struct.pack("16sh", b"lo", 0)
        answer = fcntl.ioctl(any_socket, _SIOCGIFFLAGS, request.ljust(40, b"\0"))
        flags = struct.unpack_from("16sh", answer)[1] | _IFF_UP
        fcntl.ioctl(any_socket, _SIOCSIFFLAGS, struct.pack("16sh", b"lo", flags).ljust(40, b"\0"))


def _start(cgroup: str, environment: dict[str, str]) -> None:
    """Start the engine's daemon, which ends with the namespaces, and wait until it answers."""
    Path("/run/daemon.json").write_text("{}", "utf-8")
    with LOG.open("wb") as log:
        daemon = subprocess.Popen(
            [
                *("dockerd", "--config-file", "/run/daemon.json", "-H", environment["DOCKER_HOST"]),
                *("--data-root", "/run/data", "--exec-root", "/run/exec"),
                *("--pidfile", "/run/docker.pid", "--cgroup-parent", f"/{cgroup}"),
                *("--iptables=false", "--ip6tables=false"),
                *("--ip-masq=false", "--bip", f"{BRIDGE}/24"),
                *("--userland-proxy-path", ENGINE / "usr/sbin/docker-proxy"),
            ],
            env={**environment, "LD_LIBRARY_PATH": str(LIBRARIES)},
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
        )
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and daemon.poll() is None:
        if _docker(environment, "version").returncode == 0:
            return
        time.sleep(0.1)
    raise Unavailable(f"dockerd does not start: {_last(LOG.read_text('utf-8', 'replace'))}")


def _let_containers_reach_loopback() -> None:
    """Lead what a container sends to the bridge to the same port of 127.0.0.1."""
    Path("/proc/sys/net/ipv4/conf/docker0/route_localnet").write_text("1", "utf-8")
    done = subprocess.run(
        [
            *(ENGINE / "usr/sbin/xtables-nft-multi", "iptables", "-t", "nat"),
            *("-A", "PREROUTING", "-i", "docker0", "-d", BRIDGE, "-p", "tcp"),
            *("-j", "DNAT", "--to-destination", "127.0.0.1"),
        ],
        env={"LD_LIBRARY_PATH": str(LIBRARIES), "XTABLES_LIBDIR": f"{LIBRARIES}/xtables"},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise Unavailable(f"the kernel has no netfilter: {_last(done.stderr)}")


def _load_image(environment: dict[str, str]) -> None:
    """Give the engine the image, and see whether a container of it starts."""
    settings = [word for setting in _IMAGE_SETTINGS for word in ("--change", setting)]
    with subprocess.Popen(["tar", "-C", IMAGE, "-c", "."], stdout=subprocess.PIPE) as tar:
        command = ("import", "--platform", "linux/amd64", *settings, "-", TAG)
        done = _docker(environment, *command, stdin=tar.stdout)
    if done.returncode == 0:
        done = _docker(environment, "run", "--rm", TAG, f"/var/lang/bin/{PYTHON}", "-c", "")
    if done.returncode:
        raise Unavailable(f"no container can be started: {_last(done.stderr)}")


def _docker(
    environment: dict[str, str], *arguments: str, stdin: IO[bytes] | int | None = subprocess.DEVNULL
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["docker", *arguments],
        env=environment,
        stdin=stdin,
        capture_output=True,
        text=True,
        check=False,
    )


def _last(text: str) -> str:
    return (text.strip() or "no reason given").splitlines()[-1]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
