"""What a browser asks before it lets a page call the API; API Gateway answers it by itself."""

import pytest

from tests.browser.page import ELSEWHERE, ORIGIN
from tools.http import Caller


def _preflight(application: Caller, origin: str) -> dict[str, str]:
    """Ask as a browser does, without a credential; give the headers about it."""
    headers = {
        "Origin": origin,
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "authorization,content-type,idempotency-key",
    }
    answer = application.with_credential(None).send("OPTIONS", "/feedback", b"", **headers)
    named = answer.headers.items()
    return {name: value for name, value in named if name.startswith("access-control-")}


def test_a_page_of_an_allowed_origin_may_send_feedback(application: Caller) -> None:
    """And read of the answer whether and when it is to be sent again."""
    assert _preflight(application, ORIGIN) == {
        "access-control-allow-origin": ORIGIN,
        "access-control-allow-methods": "GET,POST",
        "access-control-allow-headers": "authorization,content-type,idempotency-key",
        "access-control-expose-headers": "retry-after,idempotent-replayed",
        "access-control-max-age": "3600",
    }


@pytest.mark.parametrize("origin", [ELSEWHERE, "null", "https://127.0.0.1:8000"])
def test_a_page_of_another_origin_may_nothing(application: Caller, origin: str) -> None:
    """Another port or scheme is another origin; a file or a sandboxed frame has none."""
    assert _preflight(application, origin) == {}
