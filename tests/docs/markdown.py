"""What a test needs of a Markdown file: its blocks, its tables, its links, its headings."""

import re
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

_BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)
_LINK = re.compile(r"\[[^\]]+\]\(([^)\s]+)\)")
_CODE = re.compile(r"`([^`]+)`")


@dataclass(frozen=True, slots=True)
class Document:
    """A Markdown file."""

    path: Path

    @classmethod
    def at(cls, path: str) -> "Document":
        """Name a file of the repository."""
        return cls(ROOT / path)

    @property
    def name(self) -> str:
        """The path in the repository."""
        return str(self.path.relative_to(ROOT))

    @property
    def text(self) -> str:
        """The whole file."""
        return self.path.read_text("utf-8")

    @property
    def prose(self) -> str:
        """The file without its blocks."""
        return _BLOCK.sub("", self.text)

    def blocks(self) -> list[tuple[str, str]]:
        """Return the fenced blocks in their order: (language, content)."""
        return [(language, content) for language, content in _BLOCK.findall(self.text)]

    def headings(self) -> list[str]:
        """Return the headings of all levels."""
        return _HEADING.findall(self.prose)

    def links(self) -> list[str]:
        """Return where the links lead."""
        return _LINK.findall(self.prose)

    def rows(self, head: str) -> list[list[str]]:
        """Return the rows of all tables with this first line, cell by cell."""
        found = re.findall(rf"^{re.escape(head)}\n\|[ |-]+\n((?:\|.*\n)+)", self.text, re.MULTILINE)
        lines = [line for table in found for line in table.splitlines()]
        return [[cell.strip() for cell in line.strip("|").split(" | ")] for line in lines]

    def table(self, head: str) -> list[list[str]]:
        """Return them; there must be some."""
        found = self.rows(head)
        assert found, f"no table {head!r}"
        return found


def codes(cell: str) -> list[str]:
    """Return what stands between backticks."""
    return _CODE.findall(cell)


def rows(*columns: str) -> list[list[str]]:
    """Return the rows of the tables with these columns, over all documents."""
    head = f"| {' | '.join(columns)} |"
    found = [row for document in DOCUMENTS for row in document.rows(head)]
    assert found, f"no table {head!r}"
    return found


README = Document.at("README.md")
_LISTED = [_LINK.findall(row[0])[0] for row in README.rows("| document | what it answers |")]
DOCUMENTS = [README, *(Document.at(path) for path in _LISTED if (ROOT / path).is_file())]
"""All documents, in the order in which the README lists them."""
