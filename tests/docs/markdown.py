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
    def text(self) -> str:
        """The whole file."""
        return self.path.read_text("utf-8")

    @property
    def prose(self) -> str:
        """The file without its blocks."""
        return _BLOCK.sub("", self.text)

    def blocks(self) -> list[tuple[str, str]]:
        """Give the fenced blocks in their order: (language, content)."""
        return [(language, content) for language, content in _BLOCK.findall(self.text)]

    def headings(self) -> list[str]:
        """Give the headings of all levels."""
        return _HEADING.findall(self.prose)

    def links(self) -> list[str]:
        """Give where the links lead."""
        return _LINK.findall(self.prose)

    def table(self, head: str) -> list[list[str]]:
        """Give the rows of the tables with this first line, cell by cell."""
        rows = [
            [cell.strip() for cell in line.strip("|").split(" | ")]
            for table in re.findall(
                rf"^{re.escape(head)}\n\|[ |-]+\n((?:\|.*\n)+)", self.text, re.MULTILINE
            )
            for line in table.splitlines()
        ]
        assert rows, f"no table {head!r}"
        return rows


def codes(cell: str) -> list[str]:
    """Give what stands between backticks."""
    return _CODE.findall(cell)


README = Document.at("README.md")
OTHERS = (
    "CHANGELOG.md",
    "docs/configuration.md",
    "docs/decisions.md",
    "examples/thumbs/README.md",
    "docs/threat-model.md",
)
DOCUMENTS = [README, *map(Document.at, OTHERS)]
