"""What CloudFormation makes of a template: `python transform.py < TEMPLATE`, by SAM's own Python.

AWS::LanguageExtensions cannot be had here: the values of parameters stand in the template already.
"""

import json
import sys

import boto3
from samtranslator.parser.parser import Parser
from samtranslator.translator.translator import Translator

CONTEXT = {
    "AWS::AccountId": "123456789012",
    "AWS::Partition": "aws",
    "AWS::Region": "us-east-1",
    "AWS::StackName": "feedback",
}

template = json.load(sys.stdin)
template["Transform"] = "AWS::Serverless-2016-10-31"
translator = Translator(
    {}, Parser(), boto_session=boto3.Session(region_name=CONTEXT["AWS::Region"])
)
json.dump(translator.translate(template, CONTEXT), sys.stdout)
