"""The page of examples/thumbs as a visitor has it before them."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar
from urllib.parse import urlencode

from selenium.webdriver import Chrome
from selenium.webdriver.common.by import By
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.wait import WebDriverWait

ORIGIN = "http://127.0.0.1:8000"
"""Where the local stack lets pages be served, as samconfig.toml says."""
ELSEWHERE = "http://127.0.0.1:8001"
"""Where it does not."""

Value = TypeVar("Value")


def link(url: str, inference_id: str, token: str, origin: str = ORIGIN) -> str:
    """Make the link that an application would give a visitor."""
    fragment = urlencode({"url": url, "inference_id": inference_id, "token": token})
    return f"{origin}/#{fragment}"


@dataclass(frozen=True)
class Page:
    """The page, in a browser."""

    driver: Chrome

    def open(self, address: str) -> None:
        """Come from somewhere else."""
        self.driver.get("about:blank")
        self.driver.get(address)

    def thumb(self, value: str) -> WebElement:
        """Find a thumb: "true" is up."""
        return self.driver.find_element(By.CSS_SELECTOR, f"[name=vote][value={value}]")

    def vote(self, value: str) -> None:
        """Press a thumb."""
        self.thumb(value).click()

    @property
    def pressed(self) -> list[str]:
        """Which thumbs are shown as what the visitor has voted."""
        thumbs = self.driver.find_elements(By.CSS_SELECTOR, "[name=vote][aria-pressed=true]")
        return [str(thumb.get_attribute("value")) for thumb in thumbs]

    @property
    def comment(self) -> WebElement:
        """Find the comment box."""
        return self.driver.find_element(By.NAME, "comment")

    def send_comment(self, text: str) -> None:
        """Write a comment, and press the button."""
        self.comment.send_keys(text)
        self.driver.find_element(By.CSS_SELECTOR, "[type=submit]").click()

    @property
    def status(self) -> WebElement:
        """Find where the page tells what becomes of feedback."""
        return self.driver.find_element(By.CSS_SELECTOR, "[role=status]")

    def told(self, state: str) -> str:
        """Wait until the page is in a state; give its words."""
        self.until(lambda: self.status.get_attribute("data-state") == state)
        return self.status.text

    def until(self, condition: Callable[[], Value]) -> Value:
        """Wait until a condition holds."""
        waiting = WebDriverWait(self.driver, 60, poll_frequency=0.02)
        return waiting.until(lambda _: condition())
