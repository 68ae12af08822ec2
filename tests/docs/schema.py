"""Whether answers are as docs/openapi.yaml says, with no key that it does not name."""

import json
import re
from collections.abc import Iterator, Sequence
from itertools import zip_longest
from typing import Any
from urllib.parse import urlsplit

import jsonschema  # type: ignore[import-untyped]  # of drf-spectacular, without types
import yaml

from tests.server import ROOT

METHODS = {"get", "post", "put", "patch", "delete"}


def closed(node: Any) -> Any:
    """The same schema, but no object may have a key that is not declared."""
    if isinstance(node, list):
        return [closed(item) for item in node]
    if not isinstance(node, dict):
        return node
    node = {name: closed(value) for name, value in node.items()}
    is_object = isinstance(node.get("properties"), dict) and node.get("type") == "object"
    return {"additionalProperties": False, **node} if is_object else node


PATH = ROOT / "docs" / "openapi.yaml"
# By the parser in C: the other takes five times as long, in each of the processes.
AS_WRITTEN = yaml.load(PATH.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
DOCUMENT = closed(AS_WRITTEN)
OPERATIONS = [
    (method, path, operation)
    for path, item in DOCUMENT["paths"].items()
    for method, operation in item.items()
    if method in METHODS
]


def operation_of(call: str) -> dict[str, Any]:
    """The operation of "METHOD URL"; the path without parameters wins."""
    method, _, url = call.partition(" ")
    path = urlsplit(url).path
    for known, template, operation in sorted(OPERATIONS, key=lambda row: row[1].count("{")):
        pattern = re.sub(r"\{\w+\}", "[^/]+", template)
        if known == method.lower() and re.fullmatch(pattern, path):
            found: dict[str, Any] = operation
            return found
    raise LookupError(call)


def problems(calls: Sequence[str], printed: str) -> list[str]:
    """What is wrong with the answers that were printed, one a line and a call."""
    pairs = zip_longest(calls, printed.splitlines(), fillvalue="")
    return [f"{call}: {problem}" for call, given in pairs for problem in _problems(call, given)]


def unmentioned(calls: Sequence[str]) -> set[str]:
    """The ids of the operations that were not called."""
    known = {operation["operationId"] for _, _, operation in OPERATIONS}
    return known - {operation_of(call)["operationId"] for call in calls}


def _problems(call: str, given: str) -> Iterator[str]:
    status, _, body = given.partition(" ")
    answer = operation_of(call)["responses"].get(status)
    if answer is None:
        yield f"{status} is not declared"
    elif "content" in answer:
        schema = answer["content"]["application/json"]["schema"]
        whole = {**schema, "components": DOCUMENT["components"]}
        validator = jsonschema.Draft202012Validator(whole)
        yield from (error.message for error in validator.iter_errors(json.loads(body)))
