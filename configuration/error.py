"""The one failure of a build: a configuration that cannot be used."""


class ConfigurationError(Exception):
    """What is wrong with the configuration: one problem a line, each with file, key and reason."""

    def __init__(self, *problems: str) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems
