"""The stack of the tests, built with their configuration, beside what `make run` builds."""

from tests.support.lambdas import CONFIGURATION
from tools.build import LOCAL, Build

BUILD = Build(LOCAL / "tests", CONFIGURATION.parent)
