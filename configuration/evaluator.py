"""The metrics and functions that evaluators bring with them."""

from collections.abc import Iterator
from dataclasses import dataclass

from configuration.metric import OPTIMIZE, PREFIX, Metric, Type
from configuration.node import Node

_TYPES = ("exact_match", "llm_judge", "tool_use", "regex", "typescript")
_JUDGES = ("llm_judge", "typescript")
# Another name of `typescript`, which the gateway's own messages don't list.
_ALIAS = "typescript_judge"
_OUTPUTS: tuple[Type, ...] = ("float", "boolean")


@dataclass(frozen=True, slots=True)
class Evaluator:
    """An evaluator: its metric, and the JSON function that an LLM judge is."""

    metric_name: str
    metric: Metric
    judge: str | None


def read_evaluators(root: Node) -> Iterator[Evaluator]:
    """Read the evaluators of ``[evaluations]`` and those of ``[functions]``."""
    for evaluation in root.tables("evaluations"):
        if "::" in evaluation.name:
            evaluation.refuse(
                f'evaluation names cannot contain "::" (referenced in `[{evaluation.key}]`)'
            )
        for node in evaluation.tables("evaluators"):
            yield _read(node, f"[{evaluation.key}]", "evaluation_name::", "")
    for function in root.tables("functions"):
        for node in function.tables("evaluators"):
            yield _read(node, f"[{function.key}.evaluators]", "function_name::", "function_name::")


def _read(node: Node, table: str, owner: str, judge_owner: str) -> Evaluator:
    if "::" in node.name:
        node.refuse(f'Evaluator names cannot contain "::" (referenced in `{table}`)')
    kind = "typescript" if node.table.get("type") == _ALIAS else node.tag(_TYPES)
    output: Type = "boolean"
    if kind in _JUDGES:
        output = node.choose("output_type", _OUTPUTS)
        node.choose("optimize", OPTIMIZE)
    owned_by = node.at[1]
    judge = f"{PREFIX}llm_judge::{judge_owner}{owned_by}::{node.name}"
    return Evaluator(
        metric_name=f"{PREFIX}{owner}{owned_by}::evaluator_name::{node.name}",
        metric=Metric(output, "inference"),
        judge=judge if kind == "llm_judge" else None,
    )
