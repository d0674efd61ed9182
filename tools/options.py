"""What `make run` is asked for by environment variables."""

from collections.abc import Mapping

_OFF = frozenset({"", "0", "false", "no", "off"})
_PORTS = range(1, 2**16)


class InvalidOption(Exception):
    """A variable has a value that it cannot have; the text names it and says what was expected."""


def is_on(name: str, environment: Mapping[str, str]) -> bool:
    """Whether a switch is on: absent, empty, 0, false, no and off mean that it is not."""
    return environment.get(name, "").strip().lower() not in _OFF


def port(environment: Mapping[str, str], default: int) -> int:
    """Return the port that PORT asks for. Raises InvalidOption."""
    text = environment.get("PORT", "").strip() or str(default)
    if not (text.isascii() and text.isdecimal() and int(text) in _PORTS):
        raise InvalidOption(f"PORT: expected a number from 1 to {_PORTS[-1]}, found {text!r}")
    return int(text)
