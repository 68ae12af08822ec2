"""What counts as one e-mail address."""

import re
import unicodedata
from functools import lru_cache
from typing import NamedTuple

import idna
from django.core.exceptions import ValidationError

MAX_EMAIL_LENGTH = 254
MAX_LOCAL_LENGTH = 64
# RFC 5321 §4.1.2 Dot-string. Quoted local parts are refused: they spell one mailbox in many ways.
LOCAL_PART = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*")
# Cyrillic letters that a reader takes for Latin ones.
CYRILLIC_LOOKALIKES = frozenset("асԁеһіјӏорԛѕԝхуъЬҽпгѵѡ")
TURKISH_I = frozenset("\u0130\u0131")  # I with a dot, i without one


class Email(NamedTuple):
    """An address as it is shown and mailed to, and the key that is unique and looked up."""

    address: str
    key: str


def parse_email(text: str) -> Email:
    """The address in `text`, with its domain in ASCII (IDNA 2008) and lower case.

    The key is the case-folded NFKC form, so every spelling of an address has one key. Raises
    ValidationError unless the local part is an ASCII dot-atom of at most 64 characters and the
    domain is IDNA-valid, holds a dot (or is localhost) and does not imitate a Latin name.
    """
    local, at, domain = text.strip().rpartition("@")
    # The longest domain in ASCII has 253 characters; longer input is not worth the decoding.
    if not at or len(local) > MAX_LOCAL_LENGTH or len(domain) > MAX_EMAIL_LENGTH:
        raise _invalid()
    if not LOCAL_PART.fullmatch(local):
        raise _invalid()
    address = f"{local}@{_ascii_domain(domain)}"
    if len(address) > MAX_EMAIL_LENGTH:
        raise _invalid()
    return Email(address, unicodedata.normalize("NFKC", address).casefold())


def email_key(text: str) -> str:
    """The key of an address typed at a log-in; one that cannot exist gives a key nobody has."""
    try:
        return parse_email(text).key
    except ValidationError:
        return ""


@lru_cache(maxsize=1024)
def _ascii_domain(domain: str) -> str:
    """A team's people share a few domains: those that are good are kept."""
    # Compatibility characters (long s, Kelvin sign, full-width letters) only serve to imitate.
    if unicodedata.normalize("NFKC", domain) != domain or TURKISH_I & set(domain):
        raise _invalid()
    try:
        ascii_domain = idna.encode(domain.lower()).decode("ascii")
        labels = idna.decode(ascii_domain).split(".")
    except idna.IDNAError as error:
        raise _invalid() from error
    if ascii_domain != "localhost" and (len(labels) < 2 or labels[-1].isdigit()):
        raise _invalid()
    if domain.endswith(".") or any(_is_imitation(label) for label in labels):
        raise _invalid()
    return ascii_domain


def _is_imitation(label: str) -> bool:
    """Whether a label mixes Latin with another European alphabet, or only looks Latin."""
    letters = [letter for letter in label if letter.isalpha()]
    scripts = {unicodedata.name(letter, "?").split()[0] for letter in letters}
    if "LATIN" in scripts and scripts & {"CYRILLIC", "GREEK", "ARMENIAN", "CHEROKEE", "COPTIC"}:
        return True
    return bool(letters) and all(letter in CYRILLIC_LOOKALIKES for letter in letters)


def _invalid() -> ValidationError:
    return ValidationError("enter a valid e-mail address", code="invalid")
