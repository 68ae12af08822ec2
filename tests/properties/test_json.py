"""Bodies: what JSON can say comes through as it is, and nothing else is more than refused."""

import io
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounts.parsers import JsonParser
from config.exceptions import InvalidJson, UnsupportedMediaType

# No NUL and no lone surrogate: those are refused, see below.
texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"))
numbers = st.integers(-(10**20), 10**20) | st.floats(allow_nan=False, allow_infinity=False)
values = st.recursive(
    st.none() | st.booleans() | numbers | texts,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts, inner, max_size=4),
    max_leaves=20,
)
objects = st.dictionaries(texts, values, max_size=5)
pytestmark = pytest.mark.once

REFUSED_TEXT = ("\x00", "\ud800", "a\udfff", "\udc00\ud800")


def parse(content: bytes, media_type: str = "application/json") -> dict[str, Any]:
    return JsonParser().parse(io.BytesIO(content), media_type)


def outcome(content: bytes, media_type: str = "application/json") -> object:
    """What came of it; any other exception than these two is a defect."""
    try:
        return parse(content, media_type)
    except (InvalidJson, UnsupportedMediaType) as refused:
        return refused.code


@given(objects, st.booleans())
def test_every_object_comes_through_as_it_is(value: dict[str, Any], is_escaped: bool) -> None:
    content = json.dumps(value, ensure_ascii=is_escaped).encode()
    assert parse(content) == value


@given(values)
def test_what_is_no_object_is_refused(value: object) -> None:
    if not isinstance(value, dict):
        assert outcome(json.dumps(value).encode()) == "invalid_json"


@given(objects, texts, st.sampled_from(REFUSED_TEXT), st.booleans(), st.integers(0, 3))
def test_text_that_cannot_be_stored_is_refused_wherever_it_is(
    value: dict[str, Any], around: str, bad: str, is_name: bool, depth: int
) -> None:
    inner: object = {around + bad: 1} if is_name else bad + around
    for _ in range(depth):
        inner = [{"in": inner}]
    assert outcome(json.dumps({**value, "here": inner}).encode()) == "invalid_json"


@given(st.binary(max_size=200) | objects.map(json.dumps).map(str.encode), st.data())
def test_any_bytes_are_an_object_or_refused(content: bytes, data: st.DataObject) -> None:
    cut = content[: data.draw(st.integers(0, len(content)))]
    for bytes_ in (content, cut, cut + b"\xff", b"\xef\xbb\xbf" + content):
        told = outcome(bytes_)
        assert isinstance(told, dict) or told == "invalid_json"


@given(st.integers(1, 20_000), st.sampled_from(["[", '{"a":', "[{"]))
def test_no_depth_breaks_it(depth: int, opening: str) -> None:
    assert outcome(b'{"a":' + opening.encode() * depth) == "invalid_json"


@given(texts)
def test_any_media_type_is_json_in_utf_8_or_refused(media_type: str) -> None:
    told = outcome(b"{}", media_type)
    assert told in ({}, "unsupported_media_type")
    assert outcome(b"{}", f"application/json; charset={media_type}") in (
        {},
        "unsupported_media_type",
    )
