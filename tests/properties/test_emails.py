"""E-mail addresses: one key for every spelling, one account for every key, and never a crash."""

import string
import unicodedata
from collections.abc import Callable
from typing import Literal

import pytest
from django.core.exceptions import ValidationError
from hypothesis import given
from hypothesis import strategies as st

from accounts.emails import MAX_EMAIL_LENGTH, email_key, parse_email
from accounts.models import User

LOCAL = string.ascii_letters + string.digits + "!#$%&'*+/=?^_`{|}~-"
ANY_TEXT = st.text(st.characters(exclude_categories=()), max_size=300)
labels = st.text(st.characters(categories=("Ll", "Lu", "Nd", "Mn")) | st.just("-"), max_size=70)


@st.composite
def addresses(draw: st.DrawFn) -> str:
    """Addresses, most of them good, some in letters of other alphabets."""
    local = ".".join(draw(st.lists(st.text(LOCAL, min_size=1), min_size=1, max_size=3)))
    plain = st.text(string.ascii_letters + string.digits, min_size=1, max_size=20)
    domain = ".".join(draw(st.lists(plain | labels, min_size=1, max_size=3)))
    return f"{local}@{domain}.{draw(st.sampled_from(['com', 'ORG', 'straße.de', 'рф']))}"


def is_refused(text: str) -> bool:
    try:
        parse_email(text)
    except ValidationError:
        return True
    return False


@given(addresses() | ANY_TEXT | ANY_TEXT.map(lambda text: f"anna@{text}"))
def test_any_text_is_an_address_or_refused(text: str) -> None:
    if is_refused(text):
        assert email_key(text) == ""
        return
    address, key = parse_email(text)
    assert address.isascii()
    assert key.isascii()
    assert len(address) <= MAX_EMAIL_LENGTH
    assert key == email_key(text) == key.casefold()
    assert address.casefold() == key


@given(addresses())
def test_what_was_read_is_read_again_as_the_same(text: str) -> None:
    if not is_refused(text):
        first = parse_email(text)
        assert parse_email(first.address) == first
        assert parse_email(first.key).key == first.key


@given(addresses(), st.sampled_from([str.upper, str.swapcase, str.title, str.casefold]))
def test_letters_of_either_case_are_one_address(text: str, respell: Callable[[str], str]) -> None:
    spelled = respell(text)
    if not is_refused(text) and not is_refused(spelled) and text.isascii():
        assert email_key(spelled) == email_key(text)


@given(addresses(), st.sampled_from(["NFC", "NFD", "NFKC", "NFKD"]))
def test_forms_of_unicode_are_one_address_or_refused(
    text: str, form: Literal["NFC", "NFD", "NFKC", "NFKD"]
) -> None:
    spelled = unicodedata.normalize(form, text)
    if not is_refused(text) and not is_refused(spelled):
        assert email_key(spelled) == email_key(text)


@pytest.mark.django_db
@given(addresses(), st.booleans())
def test_the_key_finds_the_account_and_no_other(text: str, is_upper: bool) -> None:
    if is_refused(text):
        assert User.objects.find_by_email(text) is None
        return
    user = User.objects.build(text, password_hash="")
    User.objects.filter(email_key=user.email_key).delete()
    user.save()
    other = text.upper() if is_upper else f"x{text}"
    found = User.objects.find_by_email(other)
    assert (found == user) == (email_key(other) == user.email_key)
    user.delete()
