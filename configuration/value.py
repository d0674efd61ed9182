"""Says what a TOML value is, in the words of TensorZero's messages."""

from datetime import date, time

# A boolean is an integer too, and a moment is a date: the first that fits counts.
_TYPES: tuple[tuple[type, str], ...] = (
    (bool, "boolean"),
    (int, "integer"),
    (float, "float"),
    (str, "string"),
    (list, "array"),
    (dict, "table"),
    (date, "datetime"),
    (time, "datetime"),
)


def type_name(value: object) -> str:
    """Name the value's TOML type."""
    return next(name for kind, name in _TYPES if isinstance(value, kind))


def describe(value: object) -> str:
    """Describe a value where another type was expected."""
    match type_name(value):
        case "boolean":
            return f"boolean `{str(value).lower()}`"
        case "integer":
            return f"integer `{value}`"
        case "float":
            return f"floating point `{value}`"
        case "array":
            return "sequence"
        case "table":
            return "map"
        case _:
            escaped = str(value).replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
            return f'string "{escaped}"'


def one_of(names: tuple[str, ...]) -> str:
    """List what was expected."""
    quoted = [f"`{name}`" for name in names]
    return f"one of {', '.join(quoted)}" if quoted[2:] else " or ".join(quoted)
