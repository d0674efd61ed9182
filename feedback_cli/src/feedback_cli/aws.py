"""What AWS answers when something is wrong, as one sentence."""

from collections.abc import Iterator
from contextlib import contextmanager

from botocore.exceptions import BotoCoreError, ClientError, NoCredentialsError

from feedback_cli.errors import Failure


@contextmanager
def failures() -> Iterator[None]:
    """Turn what the SDK raises into a Failure."""
    try:
        yield
    except NoCredentialsError as error:
        raise Failure(
            "There are no AWS credentials: set AWS_PROFILE, or sign in as the AWS CLI would."
        ) from error
    except (BotoCoreError, ClientError) as error:
        raise Failure(str(error)) from error
