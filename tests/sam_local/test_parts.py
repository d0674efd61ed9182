"""What the engine and the image are made of: each part is locked, and of the Lambdas' Python."""

import re

import pytest

from tests.support.template import ROOT, TEMPLATE
from tools.sam_local.archive import Lock
from tools.sam_local.lock import ENGINE, IMAGE
from tools.sam_local.parts import PYTHON

LOCKS = ROOT / "requirements"


@pytest.mark.parametrize(("name", "packages"), [("engine", ENGINE), ("image", IMAGE)])
def test_a_lock_of_debian_has_every_package_with_a_hash(
    name: str, packages: tuple[str, ...]
) -> None:
    """And no other; written anew, it is the same text."""
    text = (LOCKS / f"{name}.txt").read_text("utf-8")
    lock = Lock.parse(text)

    assert {one.name for one in lock.packages} == set(packages)
    assert str(lock) == text


def test_the_image_has_the_lambdas_python_and_the_runtime_client_of_the_other_tests() -> None:
    """The template says which Python; developers have the same client."""
    client, developers = (
        {*re.findall(r"^[\w.-]+==\S+", (LOCKS / name).read_text("utf-8"), re.MULTILINE)}
        for name in ("lambda.txt", "dev.txt")
    )

    assert TEMPLATE["Globals"]["Function"]["Runtime"] == PYTHON
    assert f"{PYTHON}-minimal" in IMAGE
    assert client < developers
