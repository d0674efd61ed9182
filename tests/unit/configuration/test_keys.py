"""A misspelt key is refused, another unknown one is a warning, and TensorZero's own are neither."""

import re
from contextlib import chdir
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from tensorzero import TensorZeroGateway, TensorZeroInternalError

from configuration import keys
from configuration.error import ConfigurationError
from configuration.keys import Keys
from configuration.loading import load
from configuration.spelling import meant

VARIANT = '[functions.f.variants.v]\ntype = "chat_completion"\nmodel = "openai::m"\n'


@dataclass(frozen=True)
class Table:
    """A kind of table: its header, what it needs, and the rest of a valid configuration."""

    keys: Keys
    header: str = ""
    needed: str = ""
    rest: str = ""

    def text(self, line: str) -> str:
        """Return a configuration whose table has a line more."""
        return f"{self.header}\n{self.needed}\n{line}\n{self.rest}"


EVALUATION = '[evaluations.e]\ntype = "inference"\nfunction_name = "f"\n'
CHAT = f'[functions.f]\ntype = "chat"\n{VARIANT}'
TABLES = {
    "root": Table(keys.ROOT),
    "gateway": Table(keys.GATEWAY, "[gateway]"),
    "observability": Table(keys.OBSERVABILITY, "[gateway.observability]"),
    "metric": Table(
        keys.METRIC, "[metrics.m]", 'type = "float"\nlevel = "episode"\noptimize = "max"'
    ),
    "tool": Table(keys.TOOL, "[tools.t]", 'description = "d"\nparameters = "s.json"'),
    "chat": Table(keys.CHAT_FUNCTION, "[functions.f]", 'type = "chat"', VARIANT),
    "json": Table(keys.JSON_FUNCTION, "[functions.f]", 'type = "json"', VARIANT),
    "evaluation": Table(keys.EVALUATION, "[evaluations.e]", 'type = "inference"', CHAT),
    **{
        name: Table(
            keys.EVALUATOR, "[functions.f.evaluators.x]", f'type = "{name}"\n{needed}', CHAT
        )
        for name, needed in {
            "exact_match": "",
            "regex": "",
            "tool_use": 'behavior = "any_of"',
            "llm_judge": 'output_type = "float"\noptimize = "max"',
            "typescript": 'output_type = "float"\noptimize = "max"',
        }.items()
    },
}
READ = [(name, key) for name, table in TABLES.items() for key in table.keys.read]


def found(text: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Load a configuration; return problems and warnings, apart from one that has nothing in it."""
    with TemporaryDirectory() as folder, chdir(folder):
        Path("t.toml").write_text(text, "utf-8")
        Path("s.json").write_text("{}", "utf-8")
        try:
            warnings = load("t.toml").warnings
        except ConfigurationError as refused:
            return refused.problems, ()
        return (), tuple(one for one in warnings if not one.startswith("no metric"))


def unknown(name: str, key: str) -> str:
    """Return the beginning of the message about a key of a table."""
    path = TABLES[name].header.strip("[]")
    return f"t.toml: {path and f'{path}.'}{key}: unknown field `{key}`"


@st.composite
def misspellings(draw: st.DrawFn) -> tuple[str, str, str]:
    """Return a kind of table, a key that feedback reads of it, and a misspelling of it."""
    name, key = draw(st.sampled_from(READ))
    at = draw(st.integers(0, len(key) - 1))
    letter = draw(st.sampled_from("abcdefghijklmnopqrstuvwxyz"))
    swapped = key[:at] + key[at + 1 : at + 2] + key[at] + key[at + 2 :]
    wrong = draw(
        st.sampled_from(
            [
                key[:at] + key[at + 1 :],
                key[:at] + letter + key[at:],
                key[:at] + letter + key[at + 1 :],
                swapped,
                key.upper(),
                key.title().replace("_", ""),
                key.replace("_", "-"),
                f"{key}s",
                key.removesuffix("s"),
                key.removesuffix("d"),
            ]
        )
    )
    return name, key, wrong


@given(misspellings())
def test_a_misspelt_key_is_refused_or_warned_of(case: tuple[str, str, str]) -> None:
    """Refused, where it is closer to the key that is read than to another of TensorZero's."""
    name, key, wrong = case
    assume(wrong not in TABLES[name].keys.known)

    problems, warnings = found(TABLES[name].text(f"{wrong} = {{}}"))

    if meant(wrong, TABLES[name].keys.known) == key:
        assert f"{unknown(name, wrong)}; did you mean `{key}`?" in problems
    else:
        assert any(one.startswith(unknown(name, wrong)) for one in (*problems, *warnings))


@given(
    st.sampled_from(sorted(TABLES)),
    st.from_regex(r"[a-z]+(_[a-z0-9]+){0,3}", fullmatch=True),
    st.sampled_from(["1", '"text"', "true", "[]", "{}", "{ deep = { er = 1 } }"]),
)
def test_an_unrelated_key_is_never_refused(name: str, key: str, value: str) -> None:
    """A newer TensorZero may have it; it is a warning."""
    known = TABLES[name].keys.known
    assume(key not in known and meant(key, known) is None)

    problems, warnings = found(TABLES[name].text(f"{key} = {value}"))

    assert problems == ()
    assert warnings == (f"{unknown(name, key)}, which TensorZero {keys.VERSION} does not have",)


@pytest.mark.parametrize(
    ("name", "key"),
    [(name, key) for name, table in TABLES.items() for key in table.keys.others],
)
def test_a_key_that_only_the_gateway_reads_is_left_alone(name: str, key: str) -> None:
    """Whatever it holds."""
    if f"\n{key} =" not in f"\n{TABLES[name].needed}":
        assert found(TABLES[name].text(f"{key} = {{ any = 1 }}")) == ((), ())


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("[metric.rating]", "metric: unknown field `metric`; did you mean `metrics`?"),
        ("[function.g]", "function: unknown field `function`; did you mean `functions`?"),
        (
            "[evaluation.e]",
            "evaluation: unknown field `evaluation`; did you mean `evaluations`?",
        ),
        (
            f"{CHAT}[functions.g]\ntype = 'chat'\nvariants = {{}}\ntool = ['t']",
            "functions.g.tool: unknown field `tool`; did you mean `tools`?",
        ),
        (
            "[functions.g]\ntype = 'json'\nvariants = {}\noutputschema = 's.json'",
            "functions.g.outputschema: unknown field `outputschema`; did you mean `output_schema`?",
        ),
        (
            "[gateway.observability]\nenable = false",
            "gateway.observability.enable: unknown field `enable`; did you mean `enabled`?",
        ),
        (
            f"{CHAT}{EVALUATION}[evaluations.e.evaluator.x]",
            "evaluations.e.evaluator: unknown field `evaluator`; did you mean `evaluators`?",
        ),
    ],
)
def test_a_section_that_would_be_lost_is_refused(text: str, problem: str) -> None:
    """TensorZero refuses each of these too."""
    assert found(text) == ((f"t.toml: {problem}",), ())


def test_a_key_close_to_one_that_only_the_gateway_reads_is_a_warning() -> None:
    """Feedback loses nothing by it."""
    assert found("[model.small]") == (
        (),
        (
            (
                f"t.toml: model: unknown field `model`, which TensorZero {keys.VERSION} does not "
                "have; did you mean `models`?"
            ),
        ),
    )


def expected_by_tensorzero(text: str) -> set[str]:
    """Return the keys that the gateway of the installed client asks for instead of `zzz`."""
    with TemporaryDirectory() as folder:
        file = Path(folder, "t.toml")
        file.write_text(text, "utf-8")
        Path(folder, "s.json").write_text("{}", "utf-8")
        with pytest.raises(TensorZeroInternalError) as refused:
            TensorZeroGateway.build_embedded(config_file=str(file))
    message = re.search(r"unknown field `zzz`(.*?)\"", str(refused.value))
    assert message, refused.value
    return {*re.findall("`([^`]+)`", message[1])}


@pytest.mark.parametrize("name", TABLES)
def test_the_keys_are_those_of_tensorzero(name: str) -> None:
    """When it gets a new one, this says so: the list is brought up to date with the client."""
    table = TABLES[name]

    assert expected_by_tensorzero(table.text("zzz = 1")) <= {*table.keys.known}
