"""The metrics and functions that evaluators bring with them."""

from collections.abc import Iterator
from dataclasses import dataclass

from configuration.function import Function, names
from configuration.keys import EVALUATION, EVALUATOR
from configuration.metric import OPTIMIZE, Metric
from configuration.node import Node
from configuration.spelling import meant
from configuration.value import one_of
from shared.reserved import JUDGE, PREFIX

_TYPES = ("exact_match", "llm_judge", "tool_use", "regex", "typescript")
_JUDGES = ("llm_judge", "typescript")
# Another name of `typescript`, which the gateway's own messages don't list.
_ALIAS = "typescript_judge"
_OUTPUTS = ("float", "boolean")


@dataclass(frozen=True, slots=True)
class Evaluator:
    """An evaluator: its metric, and by its name the JSON function that an LLM judge is."""

    metric_name: str
    metric: Metric
    judge: tuple[str, Function] | None


def read_evaluators(root: Node) -> Iterator[Evaluator]:
    """Read the evaluators of ``[evaluations]`` and those of ``[functions]``.

    One of a type that is not known is left out, with a warning.
    """
    for evaluation in root.tables("evaluations"):
        evaluation.check_keys(EVALUATION)
        if "::" in evaluation.name:
            evaluation.refuse(
                f'evaluation names cannot contain "::" (referenced in `[{evaluation.key}]`)'
            )
        for node in evaluation.tables("evaluators"):
            yield from _read(node, f"[{evaluation.key}]", "evaluation_name::", "")
    for function in root.tables("functions"):
        for node in function.tables("evaluators"):
            table = f"[{function.key}.evaluators]"
            yield from _read(node, table, "function_name::", "function_name::")


def _read(node: Node, table: str, owner: str, judge_owner: str) -> Iterator[Evaluator]:
    if "::" in node.name:
        node.refuse(f'Evaluator names cannot contain "::" (referenced in `{table}`)')
    owned_by = node.at[1]
    metric_name = f"{PREFIX}{owner}{owned_by}::evaluator_name::{node.name}"
    if _is_of_a_newer_type(node, metric_name):
        return
    node.check_keys(EVALUATOR)
    kind = "typescript" if node.table.get("type") == _ALIAS else node.tag(_TYPES)
    metric = Metric("boolean", "inference")
    if kind in _JUDGES:
        output, optimize = node.choose("output_type", _OUTPUTS), node.choose("optimize", OPTIMIZE)
        metric = Metric(output, "inference", optimize)
    judge = None
    if kind == "llm_judge":
        variants = node.get("variants")
        function = Function("json", variants=() if variants is None else names(variants))
        judge = f"{JUDGE}::{judge_owner}{owned_by}::{node.name}", function
    yield Evaluator(metric_name, metric, judge)


def _is_of_a_newer_type(node: Node, metric_name: str) -> bool:
    """Return whether the type is neither known nor misspelt, and warn if so."""
    kind = node.table.get("type")
    known = (*_TYPES, _ALIAS)
    if not isinstance(kind, str) or kind in known or meant(kind, known):
        return False
    node.warn_here(
        f"unknown variant `{kind}`, expected {one_of(_TYPES)}; "
        f"feedback on the metric `{metric_name}` is refused"
    )
    return True
