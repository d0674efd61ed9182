"""What holds for every document: its links lead somewhere, its commands exist."""

import re

import pytest

from tests.docs.markdown import DOCUMENTS, ROOT, Document

LINKS = [(document, link) for document in DOCUMENTS for link in document.links()]


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


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda document: document.path.name)
def test_a_make_command_that_is_mentioned_exists(document: Document) -> None:
    """In code; `make` is an English word as well."""
    makefile = (ROOT / "Makefile").read_text("utf-8")
    commands = {*re.findall(r"^([a-z]+):", makefile, flags=re.MULTILINE)}
    mentioned = {*re.findall(r"(?:`|^|\$ )make ([a-z]+)", document.text, flags=re.MULTILINE)}

    assert mentioned <= commands


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda document: document.path.name)
def test_a_document_has_no_line_that_a_reader_must_scroll_for(document: Document) -> None:
    """Tables and blocks apart, which cannot be broken."""
    prose = [line for line in document.prose.splitlines() if not line.startswith("|")]

    assert [line for line in prose if len(line) > 100] == []


def test_decisions_are_numbered_in_their_order() -> None:
    """Others refer to them by number."""
    headings = Document.at("docs/decisions.md").headings()[1:]

    assert [int(heading.split(".")[0]) for heading in headings] == [*range(1, len(headings) + 1)]
