"""A call for the shell beside every operation of the OpenAPI document."""

import json
import shlex
from collections.abc import Iterator
from typing import Any

PREFIX = "/api/v1"
LINE = 72


def add_curl(result: dict[str, Any], **_: Any) -> dict[str, Any]:
    """Post-processing hook: ends the description of each operation with its call.

    What the reader has to fill in is a shell variable: `$api`, `$access_token`, an id of the path,
    a `$name` in the example of the body. An operation whose body has no example gets no call.
    """
    for path, item in result["paths"].items():
        for method, call in item.items():
            if not _lacks_example(call):
                block = f"```sh\n{curl_of(method, path, call)}\n```"
                call["description"] = "\n\n".join(filter(None, [call.get("description"), block]))
    return result


def curl_of(method: str, path: str, call: dict[str, Any]) -> str:
    """The call of an operation, one option a line."""
    return " \\\n  ".join(_parts(method.upper(), path, call))


def _parts(method: str, path: str, call: dict[str, Any]) -> Iterator[str]:
    body = _example(call)
    implied = "GET" if body is None else "POST"
    url = path.removeprefix(PREFIX).replace("{", "$").replace("}", "")
    yield " ".join(["curl", *([] if method == implied else ["-X", method]), f'"$api{url}"'])
    if call.get("security"):
        yield '-H "Authorization: Bearer $access_token"'
    if body is not None:
        yield "-H 'Content-Type: application/json'"
        yield f"-d {_quoted(body)}"


def _lacks_example(call: dict[str, Any]) -> bool:
    return "requestBody" in call and _example(call) is None


def _example(call: dict[str, Any]) -> object:
    """The first example of the body; None where there is none."""
    media = call.get("requestBody", {}).get("content", {}).get("application/json", {})
    examples = list(media.get("examples", {}).values())
    return examples[0]["value"] if examples else None


def _quoted(body: object) -> str:
    text = json.dumps(body, ensure_ascii=False)
    if len(text) > LINE:
        text = json.dumps(body, ensure_ascii=False, indent=4).replace("\n", "\n  ")
    if "$" not in text:
        return shlex.quote(text)
    # The shell fills variables in between double quotes, where these mean something too.
    for special in ("\\", '"', "`"):
        text = text.replace(special, f"\\{special}")
    return f'"{text}"'
