"""The compiled package holds what a Lambda reads, is always whole, and is the same everywhere."""

import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from configuration.layer import is_replaceable
from configuration.layer import write as write_layer
from configuration.loading import Configuration, load

Write = Callable[[dict[str, str]], None]

TOML = """
[metrics.rating]
type = "float"
level = "episode"
optimize = "min"
[metrics.accepted]
type = "boolean"
level = "inference"
optimize = "max"
[tools.find]
name = "finde"
description = "d"
parameters = "../schemas/find.json"
[functions.write]
type = "chat"
tools = ["find"]
variants = {}
[functions.plain]
type = "chat"
variants = {b = {}, a = {}}
[functions.extract]
type = "json"
variants = {}
"""
FILES = {"c/conf/t.toml": TOML, "c/schemas/find.json": '{"type": "object", "a": 1.0, "b": "é"}'}


@pytest.fixture
def configuration(write: Write) -> Configuration:
    """Return a configuration with one of each."""
    write(FILES)
    return load("c/conf/*.toml")


def contents(folder: Path) -> dict[str, bytes]:
    """Return what a folder holds."""
    files = (path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): path.read_bytes() for path in files}


def test_the_package_holds_the_catalog_and_its_sources(configuration: Configuration) -> None:
    """A document for every request, one for demonstrations, one for reads; source/ for people."""
    write_to = Path("out/python/tensorzero_config")

    write_layer(configuration, write_to)

    found = contents(write_to)
    assert found.pop("__init__.py").startswith(b'"""')
    assert found == {
        "catalog.json": (
            f'{{"snapshot_hash":"{configuration.snapshot_hash}","observability":true,'
            '"target_validation":true,"debug":false,"metrics":{"accepted":["boolean","inference"],'
            '"rating":["float","episode"]}}'
        ).encode(),
        "functions.json": (
            '{"functions":{"extract":{"type":"json","output_schema":"{}"},"plain":{"type":"chat","tools":[]},'
            '"write":{"type":"chat","tools":["find"]}},"tools":{"find":{"name":"finde",'
            r'"parameters":"{\"type\":\"object\",\"a\":1.0,\"b\":\"é\"}"}}}'
        ).encode(),
        "variants.json": (
            b'{"functions":{"extract":["json",[]],"plain":["chat",["a","b"]],"write":["chat",[]]},'
            b'"optimize":{"accepted":"max","rating":"min"}}'
        ),
        "source/conf/t.toml": TOML.encode(),
        "source/schemas/find.json": FILES["c/schemas/find.json"].encode(),
    }


def test_the_switches_are_in_the_catalog(write: Write) -> None:
    """As the gateway has them."""
    write(
        {
            "t.toml": """
[gateway]
debug = true
unstable_disable_feedback_target_validation = true
observability.enabled = false
"""
        }
    )

    write_layer(load("t.toml"), Path("out"))

    document = json.loads(Path("out/catalog.json").read_bytes())
    assert (document["observability"], document["target_validation"]) == (False, False)
    assert document["debug"] is True


def test_the_package_is_the_same_wherever_it_is_built(
    configuration: Configuration, tmp_path: Path
) -> None:
    """To the byte."""
    shutil.copytree("c", "elsewhere/deep/c")
    write_layer(configuration, tmp_path / "one")
    write_layer(load(f"{tmp_path}/elsewhere/deep/c/**/t.toml"), tmp_path / "two")

    assert contents(tmp_path / "one") == contents(tmp_path / "two")


def test_an_older_package_is_replaced_as_a_whole(
    configuration: Configuration, tmp_path: Path
) -> None:
    """Nothing of it stays, and nothing lies beside it."""
    folder = tmp_path / "out" / "package"
    write_layer(configuration, folder)
    (folder / "left over").touch()

    write_layer(configuration, folder)

    assert not (folder / "left over").exists()
    assert list(folder.parent.iterdir()) == [folder]


def test_a_build_that_fails_leaves_the_older_package_as_it_was(
    configuration: Configuration, tmp_path: Path
) -> None:
    """Nothing is half written."""
    folder = tmp_path / "out" / "package"
    write_layer(configuration, folder)
    before = contents(folder)
    Path("c/schemas/find.json").unlink()

    with pytest.raises(FileNotFoundError):
        write_layer(replace(configuration, snapshot_hash="new"), folder)

    assert contents(folder) == before
    assert list(folder.parent.iterdir()) == [folder]


def test_only_an_older_package_may_be_replaced(
    configuration: Configuration, tmp_path: Path
) -> None:
    """A folder named by mistake keeps what it holds."""
    write_layer(configuration, tmp_path / "older")
    (tmp_path / "empty").mkdir()
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "file").touch()

    assert is_replaceable(tmp_path / "none")
    assert is_replaceable(tmp_path / "empty")
    assert is_replaceable(tmp_path / "older")
    assert not is_replaceable(tmp_path / "other")
    assert not is_replaceable(tmp_path / "other" / "file")
