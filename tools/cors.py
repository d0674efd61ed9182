"""What the emulator does not take from a template: which web pages may call the API."""

import json
from typing import Any

from tools.emulator import Emulator


def apply(aws: Emulator, api_id: str) -> None:
    """Set the CORS configuration of an API that the template states.

    The emulator keeps it in CloudFormation's spelling, AllowOrigins, and looks for allowOrigins:
    from its own UpdateApi it takes the same once more.
    """
    client, kept = aws.client("apigatewayv2"), dict[str, Any]()

    def keep(response_dict: dict[str, Any], **_: object) -> None:
        kept.update(json.loads(response_dict["body"]))

    client.meta.events.register("before-parse.apigatewayv2.GetApi", keep)
    client.get_api(ApiId=api_id)
    configuration = kept.get("corsConfiguration", {})
    if "AllowOrigins" in configuration:
        client.update_api(ApiId=api_id, CorsConfiguration=configuration)
