"""The keys that TensorZero has, and which of them feedback reads.

They are those of every release from 2024.9.0 to ``VERSION``, read in the structs of its source
(crates/tensorzero-core/src/config and /evaluations) and in the messages of ``VERSION`` itself.
A key that a release has dropped stays in the list.
"""

from dataclasses import dataclass

VERSION = "2026.6.0"


@dataclass(frozen=True, slots=True)
class Keys:
    """The keys of one kind of table: those that feedback reads, and TensorZero's others."""

    read: tuple[str, ...]
    others: tuple[str, ...] = ()

    @property
    def known(self) -> tuple[str, ...]:
        """All of them."""
        return self.read + self.others


_FUNCTION = (
    "assistant_schema",
    "description",
    "experimentation",
    "schemas",
    "system_schema",
    "user_schema",
)

ROOT = Keys(
    read=("gateway", "metrics", "functions", "tools", "evaluations"),
    others=(
        "autopilot",
        "clickhouse",
        "embedding_models",
        "evals",
        "evaluators",
        "models",
        "object_storage",
        "optimizers",
        "postgres",
        "provider_types",
        "rate_limiting",
    ),
)
GATEWAY = Keys(
    read=("observability", "debug", "unstable_disable_feedback_target_validation"),
    others=(
        "auth",
        "base_path",
        "bind_address",
        "cache",
        "disable_observability",
        "disable_pseudonymous_usage_analytics",
        "enable_template_filesystem_access",
        "export",
        "fetch_and_encode_input_files_before_inference",
        "global_outbound_http_intra_stream_read_timeout_ms",
        "global_outbound_http_timeout_ms",
        "metrics",
        "relay",
        "template_filesystem_access",
        "unstable_error_json",
    ),
)
OBSERVABILITY = Keys(
    read=("enabled",),
    others=(
        "async_writes",
        "backend",
        "batch_writes",
        "disable_automatic_migrations",
        "skip_completed_migrations",
    ),
)
METRIC = Keys(read=("type", "level", "optimize", "description"))
CHAT_FUNCTION = Keys(
    read=("type", "variants", "tools", "evaluators"),
    others=(*_FUNCTION, "parallel_tool_calls", "tool_choice"),
)
JSON_FUNCTION = Keys(
    read=("type", "variants", "output_schema", "evaluators"),
    others=_FUNCTION,
)
TOOL = Keys(read=("description", "parameters", "name", "strict"))
EVALUATION = Keys(
    read=("evaluators",), others=("dataset_name", "description", "function_name", "type")
)
EVALUATOR = Keys(
    read=("type", "output_type", "optimize", "variants"),
    others=(
        "behavior",
        "cutoff",
        "description",
        "include",
        "input_format",
        "must_match",
        "must_not_match",
        "tools",
        "typescript_file",
    ),
)
