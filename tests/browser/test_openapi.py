"""The page of docs/openapi.yaml, opened as a file: it shows every route and loads nothing."""

from pathlib import Path

import pytest
from selenium.webdriver import Chrome
from selenium.webdriver.common.by import By
from selenium.webdriver.support.wait import WebDriverWait

from tests.support.openapi import OPERATIONS
from tools.openapi import page


def test_every_route_is_shown_without_a_network(driver: Chrome, tmp_path: Path) -> None:
    """No resource, no error on the page, none in the console."""
    if not page.PROGRAM.is_dir():
        pytest.skip("no npm: Swagger UI is not installed")
    path = tmp_path / "openapi.html"
    path.write_text(page.text(), "utf-8")

    driver.get(path.as_uri())
    WebDriverWait(driver, 30).until(
        lambda shown: len(shown.find_elements(By.CLASS_NAME, "opblock")) == len(OPERATIONS)
    )
    driver.find_element(By.CLASS_NAME, "opblock-summary-control").click()
    WebDriverWait(driver, 30).until(lambda shown: shown.find_elements(By.CLASS_NAME, "response"))

    shown = driver.find_elements(By.CLASS_NAME, "opblock-summary-path")
    assert {one.get_attribute("data-path") for one in shown} == {
        route.partition(" ")[2] for route in OPERATIONS
    }
    assert driver.find_elements(By.CLASS_NAME, "errors-wrapper") == []
    assert driver.execute_script("return performance.getEntriesByType('resource')") == []
    assert driver.get_log("browser") == []  # type: ignore[no-untyped-call]
