"""A visitor votes and comments in a browser, and is told the truth of what becomes of it."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from selenium.webdriver import ActionChains, Keys
from selenium.webdriver.common.by import By
from selenium.webdriver.support.expected_conditions import staleness_of

from tests.browser.conftest import Site
from tests.browser.page import ELSEWHERE, ORIGIN, Page, link
from tests.browser.proxy import Answer, Proxy, Trouble
from tools.credentials import TokenKey, claims
from tools.stack import Stack

BOOLEAN, COMMENT = "BooleanMetricFeedback", "CommentFeedback"
BOTH = ("draft_accepted", "comment")
STORED = "Thank you. Your vote is stored."
EXPIRED = (
    "Your permission to give feedback has expired. Open the link that you were given once more."
)
NOT_GRANTED = "You may not give this feedback: your permission is for something else."
UNREACHABLE = "The feedback service cannot be reached, or it does not accept feedback from"
BUSY = "The feedback service is busy."
ONCE = "Try again: however often you do, it counts once."


@dataclass(frozen=True)
class Visit:
    """A visitor with an answer before them, and what is stored of what they say of it."""

    page: Page
    proxy: Proxy
    stack: Stack
    inference_id: str

    def begin(self, token: str, origin: str = ORIGIN) -> Page:
        """Open the page by a link with this token."""
        url = self.proxy.url(self.stack.url)
        self.page.open(link(url, self.inference_id, token, origin))
        return self.page

    def stored(self, table: str = BOOLEAN) -> list[Any]:
        """Give the values that are stored."""
        return [row["value"] for row in self.rows(table)]

    def rows(self, table: str) -> list[dict[str, Any]]:
        """Give the rows on this answer."""
        rows = self.stack.items(table)
        return [row for row in rows if row["target_id"] == {"S": self.inference_id}]

    @property
    def keys(self) -> list[str | None]:
        """Give the idempotency keys that the page sent, one a request."""
        return [request.key for request in self.proxy.requests]


@pytest.fixture
def visit(page: Page, proxy: Proxy, stack: Stack, inference_id: str) -> Visit:
    """Let a visitor come."""
    return Visit(page, proxy, stack, inference_id)


@pytest.fixture
def token(token_key: TokenKey, inference_id: str) -> str:
    """Mint a token for a vote and for comments."""
    return token_key.mint(inference_id, metrics=BOTH)


# --- What is stored -------------------------------------------------------------------------------


@pytest.mark.parametrize(("thumb", "value"), [("true", True), ("false", False)])
def test_a_vote_is_stored_with_its_author(
    thumb: str, value: bool, visit: Visit, token: str, token_key: TokenKey
) -> None:
    """And with the key that vouches for the author."""
    page = visit.begin(token)
    page.vote(thumb)

    assert page.told("stored") == STORED
    assert page.pressed == [thumb]
    (row,) = visit.rows(BOOLEAN)
    assert row["value"] == {"BOOL": value}
    assert row["tags"]["M"] == {
        "tensorzero::token_author": {"S": "ada"},
        "tensorzero::token_key_id": {"S": token_key.id},
    }


def test_a_comment_is_stored_as_it_was_written(visit: Visit, token: str) -> None:
    """Then the box is empty again."""
    page = visit.begin(token)
    page.send_comment("Naïve <b>&\n„quoted“")

    assert page.told("stored") == "Thank you. Your comment is stored."
    assert visit.stored(COMMENT) == [{"S": "Naïve <b>&\n„quoted“"}]
    assert page.comment.get_property("value") == ""


def test_nobody_is_thanked_before_it_is_stored(visit: Visit, token: str) -> None:
    """Until the answer is there, nothing says that it will come."""
    page = visit.begin(token)
    visit.proxy.gate.clear()
    page.vote("true")
    page.until(lambda: visit.proxy.requests)

    assert page.told("sending") == "Sending …"
    assert (page.pressed, visit.stored()) == ([], [])
    visit.proxy.gate.set()
    assert page.told("stored") == STORED


def test_a_double_click_is_one_vote(visit: Visit, token: str) -> None:
    """Whether its second half comes before the answer or after it."""
    page = visit.begin(token)
    visit.proxy.gate.clear()
    ActionChains(page.driver).double_click(page.thumb("true")).perform()
    visit.proxy.gate.set()
    page.told("stored")
    page.vote("true")

    assert page.told("stored") == STORED
    assert (len(visit.proxy.requests), visit.stored()) == (1, [{"BOOL": True}])


def test_a_visitor_may_think_again(visit: Visit, token: str) -> None:
    """And again: where the token allows it, each is a vote of its own, with a key of its own."""
    page = visit.begin(token)
    for thumb in ("true", "false", "true"):
        page.vote(thumb)
        page.told("stored")
        assert page.pressed == [thumb]

    assert sorted(visit.stored(), key=str) == [{"BOOL": False}, {"BOOL": True}, {"BOOL": True}]
    assert len({*visit.keys}) == 3


def test_a_vote_is_shown_again_wherever_its_author_comes_back(
    visit: Visit, token_key: TokenKey
) -> None:
    """Their last one, read from the API: nobody else's, and nothing without the claim `read`."""
    ada, bob, unread = (
        token_key.mint(visit.inference_id, author=author, metrics=BOTH, read=read)
        for author, read in (("ada", True), ("bob", True), ("ada", False))
    )
    page, lists = visit.begin(ada), visit.proxy.lists
    for thumb in ("true", "false"):
        page.vote(thumb)
        page.until(lambda thumb=thumb: page.pressed == [thumb])  # type: ignore[misc]
    page.send_comment("It is late.")
    page.until(lambda: visit.stored(COMMENT))

    def come_back(token: str) -> None:
        page.driver.execute_script("sessionStorage.clear()")
        lists.clear()
        visit.begin(token)

    come_back(ada)
    page.until(lambda: page.pressed == ["false"])
    assert [row["value"] for row in json.loads(lists[0])["feedback"]] == [
        "It is late.",
        False,
        True,
    ]
    come_back(bob)
    page.until(lambda: lists)
    assert (json.loads(lists[0]), page.pressed) == ({"feedback": []}, [])
    come_back(unread)
    page.vote("true")
    page.told("stored")
    assert (lists, page.pressed) == ([], ["true"])


def test_the_page_is_used_without_a_mouse(visit: Visit, token: str) -> None:
    """From thumb to thumb, to the box and to the button, each with a name that is read out."""
    page = visit.begin(token)

    def reach(name: str, *presses: str) -> None:
        ActionChains(page.driver).send_keys(Keys.TAB).perform()
        assert page.driver.switch_to.active_element.accessible_name == name
        ActionChains(page.driver).send_keys(*presses).perform()

    reach("Yes", Keys.SPACE)
    assert page.told("stored") == STORED
    reach("No")
    reach("What should we know?", "Late.")
    reach("Send comment", Keys.ENTER)
    assert page.told("stored") == "Thank you. Your comment is stored."
    assert (visit.stored(), visit.stored(COMMENT)) == ([{"BOOL": True}], [{"S": "Late."}])
    assert page.status.aria_role == "status"
    votes = page.driver.find_element(By.CLASS_NAME, "votes")
    assert (votes.aria_role, votes.accessible_name) == ("group", "Was this answer helpful?")


# --- What is refused ------------------------------------------------------------------------------


def test_a_second_vote_is_refused_if_there_is_one_only(
    visit: Visit, token_key: TokenKey, inference_id: str
) -> None:
    """In the same visit, and in the next one."""
    token = token_key.mint(inference_id, once=True)
    page = visit.begin(token)
    page.vote("true")
    page.told("stored")
    page.vote("false")

    assert page.told("problem") == "You have voted on this answer before, and that vote counts."
    assert page.pressed == ["true"]
    visit.begin(token).vote("false")
    assert page.told("problem") == "You have voted on this answer before, and that vote counts."
    assert visit.stored() == [{"BOOL": True}]


def test_an_expired_token_is_told(visit: Visit, token_key: TokenKey, inference_id: str) -> None:
    """The page cannot read API Gateway's refusal, which has no CORS headers; it looks itself."""
    page = visit.begin(token_key.sign(claims(inference_id, exp=1_700_000_000)))
    page.vote("true")

    assert page.told("problem") == EXPIRED
    assert (len(visit.proxy.requests), visit.stored()) == (1, [])


def test_a_token_for_another_answer_is_told(
    visit: Visit, token_key: TokenKey, inference_id: str
) -> None:
    """It is good, but not here."""
    visit.begin(token_key.mint(inference_id.translate(str.maketrans("ab", "ba")))).vote("true")

    assert visit.page.told("problem") == NOT_GRANTED
    assert visit.stored() == []


def test_a_token_for_another_metric_is_told(
    visit: Visit, token_key: TokenKey, inference_id: str
) -> None:
    """What it is for works."""
    page = visit.begin(token_key.mint(inference_id, metrics=("comment",)))
    page.vote("true")

    assert page.told("problem") == NOT_GRANTED
    page.send_comment("Good.")
    page.told("stored")
    assert (visit.stored(), visit.stored(COMMENT)) == ([], [{"S": "Good."}])


def test_a_page_without_a_token_asks_nobody(visit: Visit, token: str) -> None:
    """As after it was loaded again: it has not kept the token."""
    page = visit.begin(token)
    page.driver.refresh()
    page.vote("true")

    assert page.told("problem") == (
        "This page has no permission to give feedback. Open the link that you were given once more."
    )
    assert visit.proxy.requests == []


def test_a_vote_is_still_shown_after_a_reload(visit: Visit, token: str) -> None:
    """In this tab, and of this answer."""
    page = visit.begin(token)
    page.vote("true")
    page.told("stored")
    page.driver.refresh()

    assert page.until(lambda: page.pressed) == ["true"]


def test_an_empty_comment_is_not_sent(visit: Visit, token: str) -> None:
    """Blanks are empty."""
    page = visit.begin(token)
    page.send_comment(" \n")

    assert page.told("problem") == "There is no comment yet."
    assert page.driver.switch_to.active_element == page.comment
    assert visit.proxy.requests == []


@pytest.mark.parametrize(
    ("status", "body", "words"),
    [
        (401, '{"error": "…", "code": "credential_expired"}', EXPIRED),
        (401, '{"message": "Unauthorized"}', "Your permission to give feedback was not accepted."),
        (403, '{"message": "Forbidden"}', "Your permission to give feedback was not accepted."),
        (
            404,
            '{"error": "Unknown metric: <b>", "code": "unknown_metric"}',
            "This feedback was not accepted: Unknown metric: <b>.",
        ),
        (413, "<html>", "This feedback was not accepted: 413."),
        (
            500,
            '{"message": "Internal Server Error"}',
            f"Something went wrong at the feedback service (500). {ONCE}",
        ),
    ],
)
def test_a_refusal_is_told_in_words(
    status: int, body: str, words: str, visit: Visit, token: str
) -> None:
    """And is not sent again by itself."""
    page = visit.begin(token)
    visit.proxy.troubles = [Answer(status, body)]
    page.vote("true")

    assert page.told("problem").startswith(words)
    assert (page.pressed, len(visit.proxy.requests)) == ([], 1)


# --- What goes wrong on the way -------------------------------------------------------------------


def test_a_vote_whose_answer_is_lost_is_stored_once(visit: Visit, token: str) -> None:
    """It is sent again with its key, and answered by what was stored the first time."""
    page = visit.begin(token)
    visit.proxy.troubles = [Trouble.LOST]
    page.vote("true")

    assert page.told("stored") == STORED
    assert visit.stored() == [{"BOOL": True}]
    assert len(visit.keys) == 2
    assert len({*visit.keys}) == 1
    assert visit.proxy.answers[1]["idempotent-replayed"] == "true"


@pytest.fixture
def busy() -> Callable[[int], Answer]:
    """Make the API busy for some seconds."""
    body = '{"error": "…", "code": "storage_unavailable"}'
    cors = {"access-control-allow-origin": ORIGIN, "access-control-expose-headers": "retry-after"}
    return lambda seconds: Answer(503, body, {**cors, "retry-after": str(seconds)})


def test_a_vote_waits_as_long_as_it_is_told_to(
    visit: Visit, token: str, busy: Callable[[int], Answer]
) -> None:
    """And is then the same as before."""
    page = visit.begin(token)
    visit.proxy.troubles = [busy(1)]
    page.vote("true")

    assert page.told("stored") == STORED
    first, second = visit.proxy.requests
    assert second.at - first.at >= 1
    assert (first.key, first.body) == (second.key, second.body)


def test_a_visitor_is_not_left_waiting_for_long(
    visit: Visit, token: str, busy: Callable[[int], Answer]
) -> None:
    """They may come back, and press again."""
    page = visit.begin(token)
    visit.proxy.troubles = [busy(3600)]
    page.vote("true")

    assert page.told("problem") == f"{BUSY} {ONCE}"
    assert len(visit.proxy.requests) == 1


@pytest.mark.parametrize(
    ("trouble", "words"),
    [
        (Answer(429, '{"message": "Too Many Requests"}'), BUSY),
        (Answer(503, '{"message": "Service Unavailable"}'), BUSY),
        (Trouble.CUT, f"{UNREACHABLE} {ORIGIN}."),
    ],
    ids=["throttled", "unavailable", "cut"],
)
def test_a_page_tries_four_times_and_keeps_the_key_for_the_next_press(
    trouble: Trouble | Answer, words: str, visit: Visit, token: str
) -> None:
    """So whatever of it had arrived, the vote counts once."""
    page = visit.begin(token)
    visit.proxy.troubles = [trouble] * 4
    page.vote("true")

    assert page.told("problem") == f"{words} {ONCE}"
    assert (page.pressed, len(visit.keys), visit.stored()) == ([], 4, [])
    page.vote("true")
    assert page.told("stored") == STORED
    assert len({*visit.keys}) == 1
    assert visit.stored() == [{"BOOL": True}]


def test_the_last_press_counts_though_the_answer_to_the_first_was_lost(
    visit: Visit, token: str
) -> None:
    """Up, down, up: the second up is a vote of its own, not a repeat of the first."""
    page = visit.begin(token)
    visit.proxy.troubles = [Trouble.LOST] * 4
    page.vote("true")
    page.told("problem")
    page.vote("false")
    page.until(lambda: page.pressed == ["false"])
    page.vote("true")
    page.until(lambda: page.pressed == ["true"])

    assert visit.stored() == [{"BOOL": True}, {"BOOL": False}, {"BOOL": True}]


def test_a_vote_arrives_though_its_page_is_left(visit: Visit, token: str) -> None:
    """The browser goes on sending it."""
    page = visit.begin(token)
    page.vote("true")
    page.driver.get("about:blank")

    assert page.until(visit.stored) == [{"BOOL": True}]


def test_a_vote_arrives_once_when_the_server_is_back(
    page: Page, stack: Stack, token: str, inference_id: str
) -> None:
    """Nothing listens at first."""
    visit = Visit(page, Proxy(stack.aws.port), stack, inference_id)
    with visit.proxy.running():
        visit.begin(token)
    page.vote("true")

    assert page.told("problem") == f"{UNREACHABLE} {ORIGIN}. {ONCE}"
    with visit.proxy.running():
        page.vote("true")
        assert page.told("stored") == STORED
    assert len(visit.keys) == 1
    assert visit.stored() == [{"BOOL": True}]


def test_being_offline_is_told(visit: Visit, token: str) -> None:
    """At once; back online, the vote is stored."""
    page = visit.begin(token)
    page.driver.set_network_conditions(offline=True, latency=0, throughput=0)
    try:
        page.vote("true")
        assert page.told("problem") == f"You are offline. {ONCE}"
    finally:
        page.driver.delete_network_conditions()
    page.vote("true")

    assert page.told("stored") == STORED
    assert visit.stored() == [{"BOOL": True}]


# --- Who may --------------------------------------------------------------------------------------


def test_a_page_of_another_origin_is_refused(visit: Visit, token: str) -> None:
    """Its preflights are: not even a good token leaves it."""
    page = visit.begin(token, ELSEWHERE)
    page.vote("true")

    assert page.told("problem") == f"{UNREACHABLE} {ELSEWHERE}. {ONCE}"
    assert (visit.proxy.requests, visit.stored()) == ([], [])


def test_the_token_is_left_nowhere(visit: Visit, token: str, site: Site) -> None:
    """Neither where the page is, nor in what it is, keeps or prints, nor in any log."""
    page = visit.begin(token)
    page.vote("true")
    page.told("stored")
    kept = page.driver.execute_script(
        "return JSON.stringify([{...localStorage}, {...sessionStorage}, document.cookie, name])"
    )

    local, session, *others = json.loads(kept)
    assert (local, others) == ({}, ["", ""])
    assert session[f"feedback draft_accepted {visit.inference_id}"] == "true"
    assert {*session.values()} <= {"true", "false"}
    assert visit.proxy.requests[0].authorization == f"Bearer {token}"
    seen = [
        page.driver.current_url,
        page.driver.page_source,
        json.dumps(page.driver.get_log("browser")),  # type: ignore[no-untyped-call]
        site.log.read_text("utf-8"),
        *(line for _, line in visit.stack.log("Submit") + visit.stack.log("Authorizer")),
    ]
    assert not [text for text in seen if token.split(".")[2] in text]


def test_another_link_in_the_same_tab_is_another_visit(
    visit: Visit, token: str, token_key: TokenKey, inference_id: str
) -> None:
    """Only its fragment changes: a browser does not load the page for that."""
    page = visit.begin(token_key.mint(inference_id, metrics=("comment",)))
    before = page.status
    page.driver.get(link(visit.proxy.url(visit.stack.url), inference_id, token))
    page.until(lambda: staleness_of(before)(page.driver))
    page.vote("true")

    assert page.told("stored") == STORED


def test_the_browser_complains_of_nothing(visit: Visit, token: str) -> None:
    """The page keeps to its own policy, and everything that it needs is there."""
    page = visit.begin(token)
    page.vote("true")
    page.told("stored")

    assert page.driver.get_log("browser") == []  # type: ignore[no-untyped-call]
