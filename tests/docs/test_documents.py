"""What holds for every document: links lead somewhere, commands exist, the map is complete."""

import re
import subprocess
from collections.abc import Iterator

import pytest

from tests.docs.markdown import DOCUMENTS, README, ROOT, Document, rows
from tests.support.template import properties

LINKS = [(document, link) for document in DOCUMENTS for link in document.links()]
IGNORED = {line.strip("/") for line in (ROOT / ".gitignore").read_text("utf-8").splitlines()}
MAKEFILE = (ROOT / "Makefile").read_text("utf-8")


def _anchor(heading: str) -> str:
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


@pytest.mark.parametrize(("document", "link"), LINKS, ids=[link for _, link in LINKS])
def test_a_link_leads_somewhere(document: Document, link: str) -> None:
    """To a page elsewhere, or to a file of the repository and a heading in it."""
    if link.startswith("https://"):
        return
    path, _, anchor = link.partition("#")
    target = (document.path.parent / path).resolve() if path else document.path

    assert target.is_file()
    assert not anchor or anchor in map(_anchor, Document(target).headings())


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda document: document.name)
def test_a_document_can_be_read_without_scrolling_sideways(document: Document) -> None:
    """Tables and blocks apart, which cannot be broken."""
    prose = [line for line in document.prose.splitlines() if not line.startswith("|")]

    assert [line for line in prose if len(line) > 100] == []


def test_the_readme_lists_every_document() -> None:
    """Each is in its map."""
    assert {document.name for document in DOCUMENTS} >= {
        str(path.relative_to(ROOT)) for path in (ROOT / "docs").glob("*.md")
    }


def test_the_readme_is_short() -> None:
    """It is read before anything else: what is longer belongs into docs/."""
    assert len(README.text.splitlines()) <= 250


def test_the_make_commands_are_those_of_the_makefile() -> None:
    """Each has its row in the table of commands; no other is mentioned anywhere."""
    listed = {row[0].strip("`") for row in rows("command", "what it does", "how long")}
    mentioned = {
        command
        for document in DOCUMENTS
        for command in re.findall(r"(?:`|^|\$ )(make [a-z]+)", document.text, flags=re.MULTILINE)
    }
    targets = {*re.findall(r"^([a-z]+):.*## ", MAKEFILE, flags=re.MULTILINE)}

    assert listed | {"make help"} == {f"make {target}" for target in targets}
    assert mentioned <= listed | {"make help"}


def test_decisions_are_numbered_in_their_order() -> None:
    """Others refer to them by number."""
    headings = Document.at("docs/decisions.md").headings()[1:]

    assert [int(heading.split(".")[0]) for heading in headings] == [*range(1, len(headings) + 1)]


def test_nothing_is_in_the_repository_that_is_ignored() -> None:
    """A link in the place of an environment, say: git would replace others' environments by it."""
    if not (ROOT / ".git").exists():
        pytest.skip("this is no checkout")
    ignored = ["git", "ls-files", "--cached", "--ignored", "--exclude-standard"]

    assert subprocess.run(ignored, cwd=ROOT, capture_output=True, check=True).stdout == b""


def _layout() -> Iterator[str]:
    """Yield the paths of the layout; two spaces lead one level deeper."""
    (content,) = (text for _, text in README.blocks() if text.startswith("functions/"))
    parents: list[str] = []
    for line in content.splitlines():
        name = line.split()[0]
        parents[(len(line) - len(line.lstrip())) // 2 :] = [name]
        yield "".join(parents)


def test_the_layout_lists_what_is_there() -> None:
    """Every folder of the first level, and of what is shipped; a folder ends with a slash."""
    listed = [*_layout()]
    present = {
        f"{path.relative_to(ROOT)}/"
        for pattern in ("*", "functions/*", "functions/feedback/*", "layers/*")
        for path in ROOT.glob(pattern)
        if path.is_dir() and not {path.name, f"{path.parent.name}/{path.name}"} & {*IGNORED, ".git"}
    }

    assert [path for path in listed if path.endswith("/") != (ROOT / path).is_dir()] == []
    assert [path for path in listed if not (ROOT / path).exists()] == []
    assert present <= {*listed}


def test_the_table_of_tests_lists_their_folders() -> None:
    """Whoever adds one says what it is for."""
    listed = {row[0].strip("`") for row in rows("folder", "what it tests", "needs")}

    assert listed == {
        f"tests/{path.name}"
        for path in (ROOT / "tests").iterdir()
        if path.is_dir() and path.name not in IGNORED
    }


@pytest.mark.parametrize(
    ("module", "test", "case"),
    [
        (f"functions/{row[1].strip('`')}", f"tests/{row[2].strip('`')}", row[3].strip("`"))
        for row in rows("rule", "module", "test", "case")
    ],
)
def test_a_rule_is_where_the_table_says(module: str, test: str, case: str) -> None:
    """Its module, its test, and its recorded case or its event exist."""
    cases = (ROOT / "tests/conformance/cases.json").read_text("utf-8")

    assert (ROOT / module).is_file()
    assert (ROOT / test).is_file()
    assert (ROOT / case).is_file() if case.startswith("events/") else f'"id": "{case}"' in cases


def test_the_picture_shows_every_function_and_every_table() -> None:
    """It is written by hand, as SVG, for a light page and a dark one."""
    picture = (ROOT / "docs/architecture.svg").read_text("utf-8")
    texts = {*re.findall(r">([^<]+)</text>", picture)}

    assert {
        *properties("AWS::Serverless::Function"),
        *properties("AWS::DynamoDB::Table"),
    } <= texts
    assert "prefers-color-scheme: dark" in picture
