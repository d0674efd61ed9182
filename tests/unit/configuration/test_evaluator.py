"""Every evaluator brings a metric, and an LLM judge is a function besides."""

from collections.abc import Callable

import pytest

from configuration.function import Function
from configuration.loading import load
from configuration.metric import Metric

Write = Callable[[dict[str, str]], None]
Problems = Callable[..., tuple[str, ...]]

FUNCTION = '[functions.f]\ntype = "chat"\nvariants = {}\n'
IN_EVALUATION = """
[evaluations.e]
type = "inference"
function_name = "f"
[evaluations.e.evaluators.x]
"""
IN_FUNCTION = "[functions.f.evaluators.x]\n"
TYPES = "`exact_match`, `llm_judge`, `tool_use`, `regex`, `typescript`"


@pytest.mark.parametrize(
    ("place", "name"),
    [
        (IN_EVALUATION, "tensorzero::evaluation_name::e::evaluator_name::x"),
        (IN_FUNCTION, "tensorzero::function_name::f::evaluator_name::x"),
    ],
)
@pytest.mark.parametrize(
    ("evaluator", "kind", "optimize"),
    [
        ('type = "exact_match"\ncutoff = 0.5', "boolean", "max"),
        ('type = "tool_use"\nbehavior = "any"', "boolean", "max"),
        ('type = "regex"\nmust_match = "x"', "boolean", "max"),
        ('type = "llm_judge"\noutput_type = "float"\noptimize = "min"', "float", "min"),
        ('type = "llm_judge"\noutput_type = "boolean"\noptimize = "max"', "boolean", "max"),
        ('type = "typescript"\noutput_type = "float"\noptimize = "max"', "float", "max"),
        ('type = "typescript_judge"\noutput_type = "boolean"\noptimize = "min"', "boolean", "min"),
    ],
)
def test_an_evaluator_registers_a_metric_of_inferences(
    write: Write, place: str, name: str, evaluator: str, kind: str, optimize: str
) -> None:
    """Its type follows from the evaluator's."""
    write({"t.toml": f"{FUNCTION}{place}{evaluator}"})

    assert load("t.toml").metrics[name] == Metric(kind, "inference", optimize)


def test_an_llm_judge_is_a_json_function(write: Write) -> None:
    """Its own verdicts are inferences, which take demonstrations."""
    judge = 'type = "llm_judge"\noutput_type = "float"\noptimize = "max"\n'
    own = "variants.v.model = 'm'\nvariants.u.model = 'm'\n"
    write({"t.toml": FUNCTION + IN_EVALUATION + judge + own + IN_FUNCTION + judge})

    assert load("t.toml").functions == {
        "f": Function("chat"),
        "tensorzero::llm_judge::e::x": Function("json", variants=("v", "u")),
        "tensorzero::llm_judge::function_name::f::x": Function("json"),
    }


def test_user_metrics_and_evaluator_metrics_stand_side_by_side(write: Write) -> None:
    """An evaluation without evaluators brings none."""
    write(
        {
            "t.toml": f'{FUNCTION}{IN_EVALUATION}type = "exact_match"\n[evaluations.none]\n'
            '[metrics.m]\ntype = "float"\nlevel = "episode"\noptimize = "max"'
        }
    )

    assert load("t.toml").metrics == {
        "m": Metric("float", "episode"),
        "tensorzero::evaluation_name::e::evaluator_name::x": Metric("boolean", "inference"),
    }


@pytest.mark.parametrize(
    ("place", "key"),
    [
        (IN_EVALUATION, "evaluations.e.evaluators.x"),
        (IN_FUNCTION, "functions.f.evaluators.x"),
    ],
)
@pytest.mark.parametrize(
    ("evaluator", "reason"),
    [
        ("cutoff = 1", ": TensorZeroDerive: missing tag field `type`"),
        ("type = 1", ": TensorZeroDerive: missing tag field `type`"),
        ('type = "exactmatch"', f": unknown variant `exactmatch`, expected one of {TYPES}"),
        ('type = "llm_judge"\noptimize = "max"', ": missing field `output_type`"),
        ('type = "typescript"\noutput_type = "float"', ": missing field `optimize`"),
        (
            'type = "llm_judge"\noptimize = "max"\noutput_type = "int"',
            ".output_type: unknown variant `int`, expected `float` or `boolean`",
        ),
        (
            'type = "llm_judge"\noptimize = "up"\noutput_type = "float"',
            ".optimize: unknown variant `up`, expected `min` or `max`",
        ),
    ],
)
def test_an_evaluator_that_is_not_right_is_refused(
    problems: Problems, place: str, key: str, evaluator: str, reason: str
) -> None:
    """The key says which one, where TensorZero names only the evaluation or the function."""
    assert problems({"t.toml": f"{FUNCTION}{place}{evaluator}"}) == (f"t.toml: {key}{reason}",)


@pytest.mark.parametrize(
    ("place", "key", "name"),
    [
        (IN_EVALUATION, "evaluations.e.evaluators.x", "evaluation_name::e"),
        (IN_FUNCTION, "functions.f.evaluators.x", "function_name::f"),
    ],
)
def test_an_evaluator_of_a_type_that_may_be_new_is_left_out(
    write: Write, place: str, key: str, name: str
) -> None:
    """TensorZero gets new types, and the rest of the configuration is used."""
    write({"t.toml": f'{FUNCTION}{place}type = "similarity"\nnearness = 0.5'})

    configuration = load("t.toml")

    assert configuration.metrics == {}
    assert configuration.warnings == (
        (
            f"t.toml: {key}: unknown variant `similarity`, expected one of {TYPES}; feedback on "
            f"the metric `tensorzero::{name}::evaluator_name::x` is refused"
        ),
    )


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("evaluations = 5", "`evaluations`: Expected a table, found integer"),
        ("[evaluations]\ne = 5", "`evaluations.e`: Expected a table, found integer"),
        (
            "[evaluations.e]\nevaluators = 5",
            "`evaluations.e.evaluators`: Expected a table, found integer",
        ),
        (
            "[evaluations.e.evaluators]\nx = 5",
            "`evaluations.e.evaluators.x`: Expected a table, found integer",
        ),
        (
            f"{FUNCTION}evaluators = 5",
            "`functions.f.evaluators`: Expected a table, found integer",
        ),
        (
            '[evaluations."a::b"]',
            'evaluation names cannot contain "::" (referenced in `[evaluations.a::b]`)',
        ),
        (
            '[evaluations.e.evaluators."a::b"]\ntype = "exact_match"',
            'Evaluator names cannot contain "::" (referenced in `[evaluations.e]`)',
        ),
        (
            f'{FUNCTION}[functions.f.evaluators."a::b"]\ntype = "exact_match"',
            'Evaluator names cannot contain "::" (referenced in `[functions.f.evaluators]`)',
        ),
    ],
)
def test_what_holds_evaluators_is_checked_too(problems: Problems, text: str, reason: str) -> None:
    """Two colons separate the parts of the metric's name."""
    assert problems({"t.toml": text}) == (f"t.toml: {reason}",)
