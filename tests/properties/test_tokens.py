"""Tokens as text: what was made is read, and no mistake in it is overlooked."""

import base64
import string
import uuid

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounts.tokens import digest, make_refresh_token, parse_refresh_token
from service_accounts.tokens import ALPHABET, PREFIX, checksum, hint, is_well_formed

pytestmark = pytest.mark.once

LENGTH = 39
SOME_TEXT = st.text(max_size=80)
# Lone surrogates too: a path of a request can hold what no JSON body may.
ANY_TEXT = st.text(st.characters(exclude_categories=()), max_size=80)


@st.composite
def service_account_tokens(draw: st.DrawFn) -> str:
    payload = PREFIX + draw(st.text(ALPHABET, min_size=30, max_size=30))
    return payload + checksum(payload)


def mutations(raw: str) -> list[str]:
    """Every text that differs in one character, which is any of ASCII."""
    letters = string.printable + "\x00\x7fé"
    return [
        raw[:place] + letter + raw[place + 1 :]
        for place in range(len(raw))
        for letter in letters
        if letter != raw[place]
    ]


def shortened(raw: str) -> list[str]:
    """Every beginning, every end, and everything with one character left out."""
    starts = [raw[:end] for end in range(len(raw))]
    ends = [raw[start:] for start in range(1, len(raw) + 1)]
    return [*starts, *ends, *(raw[:place] + raw[place + 1 :] for place in range(len(raw)))]


@given(service_account_tokens())
def test_a_service_account_token_is_read(raw: str) -> None:
    assert len(raw) == LENGTH
    assert is_well_formed(raw)
    assert raw[-4:] in hint(raw)
    assert raw[:-4] not in hint(raw)


@given(service_account_tokens())
def test_no_single_mistake_in_a_service_account_token_is_overlooked(raw: str) -> None:
    wrong = [*mutations(raw), *shortened(raw), *(raw + letter for letter in string.printable)]
    assert len(wrong) == LENGTH * 102 + 3 * LENGTH + 100
    assert [text for text in wrong if is_well_formed(text)] == []


@given(service_account_tokens(), st.integers(0, LENGTH - 2))
def test_no_two_neighbours_change_places_unseen(raw: str, place: int) -> None:
    swapped = raw[:place] + raw[place + 1] + raw[place] + raw[place + 2 :]
    assert is_well_formed(swapped) == (swapped == raw)


@given(ANY_TEXT)
def test_other_text_is_no_service_account_token(text: str) -> None:
    assert not is_well_formed(text)
    assert not is_well_formed(PREFIX + text)


@given(st.uuids())
def test_a_refresh_token_is_read(session: uuid.UUID) -> None:
    token = make_refresh_token(session)
    assert parse_refresh_token(token.raw) == token
    assert token.raw not in repr(token)


@given(st.uuids(), st.data())
def test_another_spelling_of_a_refresh_token_is_another_token(
    session: uuid.UUID, data: st.DataObject
) -> None:
    token = make_refresh_token(session)
    for wrong in data.draw(st.lists(st.sampled_from(mutations(token.raw)), max_size=20)):
        parsed = parse_refresh_token(wrong)
        assert parsed is None or parsed.digest != token.digest
    assert not any(map(parse_refresh_token, shortened(token.raw)))


@given(
    ANY_TEXT | st.binary(min_size=48, max_size=48).map(base64.urlsafe_b64encode).map(bytes.decode)
)
def test_any_text_is_a_refresh_token_or_none(text: str) -> None:
    parsed = parse_refresh_token(text)
    assert parsed is None or parsed.raw == text


@given(st.lists(SOME_TEXT, unique=True, max_size=20))
def test_digests_tell_tokens_apart(texts: list[str]) -> None:
    assert len({digest(text) for text in texts}) == len(texts)
    assert all(len(digest(text)) == 64 for text in texts)
