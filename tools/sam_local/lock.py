"""Write the locks of the Debian packages anew: `python -m tools.sam_local.lock`."""

from tools.emulator import ROOT
from tools.sam_local.archive import Lock, archive

LOCKS = ROOT / "requirements"

ENGINE = (
    *("containerd", "docker.io", "iptables", "runc", "tini"),
    # what dockerd, runc and iptables are linked with, apart from the machine's own C library
    *("libcap2", "libdevmapper1.02.1", "libgcrypt20", "libgpg-error0", "liblz4-1", "liblzma5"),
    *("libmnl0", "libnftnl11", "libpcre2-8-0", "libseccomp2", "libselinux1", "libsystemd0"),
    *("libudev1", "libxtables12", "libzstd1"),
)
"""The container engine. It is of an old release: what is built for it runs on later ones too."""

IMAGE = (
    *("libpython3.13-minimal", "libpython3.13-stdlib", "python3.13-minimal"),
    # what Python and compiled packages are linked with
    *("libbz2-1.0", "libc6", "libexpat1", "libffi8", "libgcc-s1", "liblzma5", "libsqlite3-0"),
    *("libssl3t64", "libstdc++6", "libuuid1", "libzstd1", "zlib1g"),
    "busybox-static",  # the shell, and the commands that SAM's Dockerfile runs
)
"""What lies in the image, for the Lambdas. It is of the release whose Python is theirs."""


def main() -> None:
    """Write both."""
    for name, release, packages in (("engine", "bookworm", ENGINE), ("image", "trixie", IMAGE)):
        with archive(release) as source:
            lock = Lock(release, source.offered(packages))
        (LOCKS / f"{name}.txt").write_text(str(lock), "utf-8")


if __name__ == "__main__":
    main()
