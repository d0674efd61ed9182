"""Functions of the configuration: the refusal where there is no such."""

from http import HTTPStatus

from shared.refusal import Refusal, excerpt


class UnknownFunction(Refusal):
    """The function is not in the configuration."""

    code = "unknown_function"
    status = HTTPStatus.NOT_FOUND

    def __init__(self, name: str) -> None:
        """Say it in TensorZero's words."""
        super().__init__(f"Unknown function: {excerpt(name)}")
