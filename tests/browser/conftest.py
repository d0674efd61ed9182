"""A browser, the page of examples/thumbs at an origin of its own, and the deployed stack."""

import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from selenium.webdriver import Chrome, ChromeOptions
from selenium.webdriver.chrome.service import Service

from tests.browser.page import ELSEWHERE, ORIGIN, Page
from tests.browser.proxy import Proxy
from tests.docs.markdown import Document
from tests.support.stack import BUILD
from tools.credentials import TokenKey
from tools.emulator import HOST, ROOT, emulator, free_port
from tools.http import Caller
from tools.stack import Stack

README = Document.at("examples/thumbs/README.md")
CHROMIUM, DRIVER = shutil.which("chromium"), shutil.which("chromedriver")
FLAGS = (
    "--headless=new",
    "--no-sandbox",  # it refuses to run as root with it
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--window-size=1000,800",
)


@dataclass(frozen=True)
class Site:
    """A static server with the page, and its log."""

    port: int
    log: Path


@pytest.fixture(scope="session")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """Deploy the stack as `make run` does it: IAM is enforced, authentication is required."""
    with emulator(tmp_path_factory.mktemp("stack"), auth=True) as aws:
        BUILD.make()
        yield BUILD.deploy(aws)


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """Serve the page as its README does, on a free port."""
    served = Site(free_port(), tmp_path_factory.mktemp("site") / "log")
    *_, (_, commands) = (block for block in README.blocks() if block[0] == "sh")
    command = commands.splitlines()[-1].replace(" 8000 ", f" {served.port} ")
    with served.log.open("w") as log:
        process = subprocess.Popen(
            shlex.split(command.replace("python3", f"{sys.executable} -u")),
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
        )
        with process:
            try:
                assert process.stdout
                assert process.stdout.readline().startswith("Serving HTTP")
                yield served
            finally:
                process.terminate()


@pytest.fixture(scope="session")
def driver(site: Site, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chrome]:
    """Start the browser, for which the site is at both origins."""
    if not (CHROMIUM and DRIVER):
        pytest.skip("no browser: install Debian's chromium and chromium-driver")
    origins = (urlsplit(origin).netloc for origin in (ORIGIN, ELSEWHERE))
    rules = ", ".join(f"MAP {origin} {HOST}:{site.port}" for origin in origins)
    options = ChromeOptions()
    options.binary_location = CHROMIUM
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    profile = tmp_path_factory.mktemp("profile")
    for flag in (*FLAGS, f"--user-data-dir={profile}", f"--host-resolver-rules={rules}"):
        options.add_argument(flag)
    with Chrome(options, Service(DRIVER)) as started:
        yield started


@pytest.fixture
def page(driver: Chrome) -> Page:
    """Give the page to a visitor."""
    driver.get_log("browser")  # type: ignore[no-untyped-call]  # it forgets what it tells
    return Page(driver)


@pytest.fixture
def proxy(stack: Stack) -> Iterator[Proxy]:
    """Put a proxy before the API."""
    between = Proxy(stack.aws.port)
    with between.running():
        yield between


@pytest.fixture(scope="session")
def application(stack: Stack) -> Caller:
    """Be the application, which has an API key."""
    return Caller(stack.url, stack.new_key())


@pytest.fixture(scope="session")
def token_key(stack: Stack) -> TokenKey:
    """Make the key pair that the application's server signs tokens with."""
    return TokenKey.new(stack)


@pytest.fixture
def inference_id(application: Caller) -> str:
    """Record an inference, which visitors may vote on."""
    return application.record(function_name="draft_reply")["inference_id"]
