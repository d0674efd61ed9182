"""The rules of metrics, in TensorZero's words."""

from collections.abc import Callable

import pytest

from configuration.loading import load
from configuration.metric import Metric
from feedback.kinds.registry import CONFIGURED

Write = Callable[[dict[str, str]], None]
Problems = Callable[..., tuple[str, ...]]

REST = 'level = "inference"\noptimize = "max"\n'
WHOLE = 'type = "float"\n' + REST
TYPES = "one of " * (len(CONFIGURED) > 2) + (" or " if len(CONFIGURED) == 2 else ", ").join(
    f"`{name}`" for name in CONFIGURED
)
CHARACTERS = (
    "contains characters that are not allowed. Only ASCII alphanumeric characters, underscores, "
    "hyphens, dots, colons, and forward slashes are permitted."
)


@pytest.mark.parametrize("kind", ["boolean", "float"])
@pytest.mark.parametrize("level", ["inference", "episode"])
@pytest.mark.parametrize("optimize", ["min", "max"])
def test_a_metric_has_a_type_and_a_level(
    write: Write, kind: str, level: str, optimize: str
) -> None:
    """What it is optimized for, and its description, change nothing."""
    text = f'type = "{kind}"\nlevel = "{level}"\noptimize = "{optimize}"\ndescription = "d"\n'
    write({"t.toml": f"[metrics.m]\n{text}"})

    metric = load("t.toml").metrics["m"]

    assert (metric.type, metric.level) == (kind, level)


@pytest.mark.parametrize("name", ["Comment", "weird-name.1:a/b", "tensorzero:", "a_b", "0"])
def test_a_name_is_ascii_letters_digits_and_some_signs(write: Write, name: str) -> None:
    """A reserved word with a capital letter is not reserved."""
    write({"t.toml": f'[metrics."{name}"]\n{WHOLE}'})

    assert load("t.toml").metrics == {name: Metric("float", "inference")}


@pytest.mark.parametrize("text", ["", "[metrics]"])
def test_there_need_be_no_metric(write: Write, text: str) -> None:
    """Comments and demonstrations are always there."""
    write({"t.toml": text})

    assert load("t.toml").metrics == {}


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("comment", "Metric name 'comment' is reserved and cannot be used"),
        ("demonstration", "Metric name 'demonstration' is reserved and cannot be used"),
        ("tensorzero::x", "Metric name cannot start with 'tensorzero::': tensorzero::x"),
        ("tensorzero::a b", "Metric name cannot start with 'tensorzero::': tensorzero::a b"),
        ("a b", f"Metric name `a b` {CHARACTERS}"),
        ("", f"Metric name `` {CHARACTERS}"),
        ("é", f"Metric name `é` {CHARACTERS}"),
        ("a\\n", f"Metric name `a\n` {CHARACTERS}"),
    ],
)
def test_a_name_that_is_not_allowed_is_refused(problems: Problems, name: str, reason: str) -> None:
    """Reserved words first, then the prefix, then the characters."""
    assert problems({"t.toml": f'[metrics."{name}"]\n{WHOLE}'}) == (f"t.toml: {reason}",)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (f"[metrics.d]\n{REST}", "metrics.d: missing field `type`"),
        ('[metrics.d]\ntype="float"\noptimize="min"', "metrics.d: missing field `level`"),
        ('[metrics.d]\ntype="float"\nlevel="episode"', "metrics.d: missing field `optimize`"),
        (
            f'[metrics.d]\ntype = "int"\n{REST}',
            f"metrics.d.type: unknown variant `int`, expected {TYPES}",
        ),
        (
            f'[metrics.d]\ntype = "Float"\n{REST}',
            f"metrics.d.type: unknown variant `Float`, expected {TYPES}",
        ),
        (
            f"[metrics.d]\ntype = 5\n{REST}",
            "metrics.d.type: invalid type: unit variant, expected string only",
        ),
        (
            '[metrics.d]\ntype = "float"\nlevel = "session"\noptimize = "max"',
            "metrics.d.level: unknown variant `session`, expected `inference` or `episode`",
        ),
        (
            '[metrics.d]\ntype = "float"\nlevel = "episode"\noptimize = "maximize"',
            "metrics.d.optimize: unknown variant `maximize`, expected `min` or `max`",
        ),
        (
            f"[metrics.d]\n{WHOLE}description = 5",
            "metrics.d.description: invalid type: integer `5`, expected a string",
        ),
        ("metrics = 5", "metrics: invalid type: integer `5`, expected a map"),
        *(
            (
                f"[metrics]\nd = {value}",
                f"metrics.d: invalid type: {name}, expected struct MetricConfig",
            )
            for value, name in (
                ("5", "integer `5`"),
                ("1.0", "floating point `1.0`"),
                ("false", "boolean `false`"),
                ("[]", "sequence"),
                (r'"a\"é\\\n"', r'string "a\"é\\\n"'),
                ("1979-05-27", 'string "1979-05-27"'),
            )
        ),
    ],
)
def test_a_metric_that_is_not_right_is_refused(problems: Problems, text: str, reason: str) -> None:
    """File, key and reason."""
    assert problems({"t.toml": text}) == (f"t.toml: {reason}",)


def test_every_problem_is_reported_with_the_file_it_is_in(problems: Problems) -> None:
    """One build shows them all."""
    files = {
        "a/t.toml": "[metrics.d]\ndescription = 1\n[metrics.e]\n" + WHOLE,
        "b/t.toml": '[metrics.d]\ntype = "int"\n[metrics.comment]\n' + WHOLE,
    }

    assert problems(files, "*/t.toml") == (
        f"b/t.toml: metrics.d.type: unknown variant `int`, expected {TYPES}",
        "a/t.toml: metrics.d: missing field `level`",
        "a/t.toml: metrics.d: missing field `optimize`",
        "a/t.toml: metrics.d.description: invalid type: integer `1`, expected a string",
        "b/t.toml: Metric name 'comment' is reserved and cannot be used",
    )
