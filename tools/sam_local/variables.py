"""`python -m tools.sam_local.variables STACK`: a deployed stack's, for `sam local --env-vars`.

For each function, by its logical id, the variables that it has there: the tables' names are among
them. The stack is looked up as by any program that uses an AWS SDK: AWS_ENDPOINT_URL, AWS_PROFILE.
"""

import argparse
import json

import boto3


def variables(stack: str) -> dict[str, dict[str, str]]:
    """Ask CloudFormation which functions the stack has, and Lambda for their variables."""
    pages = boto3.client("cloudformation").get_paginator("list_stack_resources")
    functions = boto3.client("lambda")
    return {
        resource["LogicalResourceId"]: functions.get_function_configuration(
            FunctionName=resource["PhysicalResourceId"]
        )["Environment"]["Variables"]
        for page in pages.paginate(StackName=stack)
        for resource in page["StackResourceSummaries"]
        if resource["ResourceType"] == "AWS::Lambda::Function"
    }


def main() -> None:
    """Print them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("stack", help="the stack's name")
    print(json.dumps(variables(parser.parse_args().stack), indent=2))


if __name__ == "__main__":
    main()
