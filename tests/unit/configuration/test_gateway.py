"""The three switches of the gateway that feedback obeys."""

from collections.abc import Callable

import pytest

from configuration.gateway import Gateway
from configuration.loading import load

Write = Callable[[dict[str, str]], None]
Problems = Callable[..., tuple[str, ...]]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", Gateway(observability=True, target_validation=True, debug=False)),
        ("[gateway]", Gateway()),
        ("[gateway.observability]\nasync_writes = 'unread'", Gateway()),
        ("[gateway.observability]\nenabled = true", Gateway()),
        ("[gateway.observability]\nenabled = false", Gateway(observability=False)),
        (
            "[gateway]\nunstable_disable_feedback_target_validation = true",
            Gateway(target_validation=False),
        ),
        ("[gateway]\nunstable_disable_feedback_target_validation = false", Gateway()),
        ("[gateway]\ndebug = true\nzzz = 1", Gateway(debug=True)),
    ],
)
def test_the_gateway_has_switches(write: Write, text: str, expected: Gateway) -> None:
    """The rest of the section is not looked at."""
    write({"t.toml": text})

    assert load("t.toml").gateway == expected


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("gateway = 5", "`gateway`: Expected a table, found integer"),
        (
            "[gateway]\ndebug = 'x'",
            'gateway.debug: invalid type: string "x", expected a boolean',
        ),
        (
            "[gateway]\nunstable_disable_feedback_target_validation = 1",
            (
                "gateway.unstable_disable_feedback_target_validation: "
                "invalid type: integer `1`, expected a boolean"
            ),
        ),
        (
            "[gateway]\nobservability = true",
            (
                "gateway.observability: "
                "invalid type: boolean `true`, expected struct ObservabilityConfig"
            ),
        ),
        (
            "[gateway.observability]\nenabled = 'yes'",
            'gateway.observability.enabled: invalid type: string "yes", expected a boolean',
        ),
    ],
)
def test_a_switch_is_a_boolean(problems: Problems, text: str, reason: str) -> None:
    """Anything else is refused."""
    assert problems({"t.toml": text}) == (f"t.toml: {reason}",)
