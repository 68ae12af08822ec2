"""Request bodies."""

import json
import re
from typing import IO, Any, Never

from rest_framework.parsers import BaseParser

from config.exceptions import InvalidJson, UnsupportedMediaType

MAX_DEPTH = 100  # of nested arrays and objects
# One that is never closed reaches to the end: else each quote in it would be tried as a start.
_STRING = re.compile(r'"(?:[^"\\]|\\.)*+(?:"|\\?\Z)', re.DOTALL)
_BLANKS = " \t"  # of a header (RFC 9110 §5.6.3); str.strip() knows many more


class JsonParser(BaseParser):
    """A JSON object in UTF-8 (RFC 8259), as strictly as everything behind it needs it."""

    media_type = "application/json"

    def parse(
        self, stream: IO[bytes], media_type: str | None = None, parser_context: Any = None
    ) -> dict[str, Any]:
        """The object in `stream`. Raises InvalidJson, also for what nests deeper than MAX_DEPTH and
        for text that cannot be stored: NUL and lone surrogates (anywhere, in fields that nobody
        reads too)."""
        declared = (media_type or "").partition(";")[0].strip(_BLANKS).lower()
        # A wildcard would match this parser, but says nothing about the body.
        if declared != self.media_type or _charset(media_type or "") not in {"", "utf-8", "utf8"}:
            raise UnsupportedMediaType
        try:
            text = stream.read().decode("utf-8")
            if _is_too_deep(text):
                raise InvalidJson
            value = json.loads(text, parse_constant=_refuse_constant)
            if "\\u" in text:
                # Only an escape can smuggle them in; what cannot be encoded again is a surrogate.
                json.dumps(value, ensure_ascii=False).encode("utf-8")
                if "\\u0000" in text and _holds_nul(value):
                    raise InvalidJson
        except ValueError as error:
            raise InvalidJson from error
        if not isinstance(value, dict):
            raise InvalidJson
        return value


def _charset(media_type: str) -> str:
    """The charset; several are joined, and so are none that we know."""
    found: list[str] = []
    for parameter in media_type.split(";")[1:]:
        name, _, value = parameter.partition("=")
        if name.strip(_BLANKS).lower() == "charset":
            found.append(value.strip(_BLANKS).strip("\"'").lower())
    return ",".join(found)


def _refuse_constant(name: str) -> Never:
    raise ValueError(f"{name} is no JSON")


def _is_too_deep(text: str) -> bool:
    """Whether more than MAX_DEPTH brackets are open at once, before anything recurses into them."""
    if text.count("[") + text.count("{") <= MAX_DEPTH:
        return False
    depth = 0
    for bracket in re.finditer(r"[][{}]", _STRING.sub("", text)):
        depth += 1 if bracket[0] in "[{" else -1
        if depth > MAX_DEPTH:
            return True
    return False


def _holds_nul(value: object) -> bool:
    if isinstance(value, str):
        return "\x00" in value
    if isinstance(value, dict):
        return any(_holds_nul(part) for pair in value.items() for part in pair)
    return isinstance(value, list) and any(_holds_nul(part) for part in value)
