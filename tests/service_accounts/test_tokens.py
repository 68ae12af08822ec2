"""The format of service account tokens."""

import re

import pytest

from service_accounts.tokens import checksum, hint, is_well_formed, make_token

# Computed apart from our code, with a bitwise CRC32 (polynomial 0xEDB88320) and base62 by hand.
VECTORS = [
    ("sa_" + "0" * 30, "0zvgbT"),
    ("sa_" + "A" * 30, "23FCJO"),
    ("sa_" + "z" * 30, "38qeDE"),
    ("sa_0123456789ABCDEFGHIJKLMNOPQRST", "3FjqKU"),
    ("sa_abcdefghijklmnopqrstuvwxyz0123", "3X9C21"),
    ("sa_000000000000000000000000000079", "00682q"),
]
DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"


def crc32_bit_by_bit(text: str) -> int:
    """CRC-32 as IEEE 802.3 defines it, without a table and without zlib."""
    value = 0xFFFFFFFF
    for byte in text.encode():
        value ^= byte
        for _ in range(8):
            value = value >> 1 ^ (0xEDB88320 if value & 1 else 0)
    return value ^ 0xFFFFFFFF


@pytest.mark.parametrize(("payload", "expected"), VECTORS)
def test_known_checksums(payload: str, expected: str) -> None:
    assert checksum(payload) == expected
    assert is_well_formed(payload + expected)


def test_the_check_value_of_the_algorithm() -> None:
    assert crc32_bit_by_bit("123456789") == 0xCBF43926


def test_a_checksum_is_six_digits_of_base62_padded_with_zeros() -> None:
    for _ in range(200):
        token = make_token()
        value = 0
        for digit in token[-6:]:
            value = value * 62 + DIGITS.index(digit)
        assert value == crc32_bit_by_bit(token[:-6])


def test_a_token_has_the_form_that_scanners_look_for() -> None:
    text = f"token={make_token()}; next"
    assert re.search(r"\bsa_[0-9A-Za-z]{36}\b", text)


def test_tokens_are_unique_and_use_the_whole_alphabet() -> None:
    tokens = {make_token() for _ in range(500)}
    assert len(tokens) == 500
    assert set("".join(token[3:33] for token in tokens)) == set(DIGITS)


def test_a_hint_shows_four_digits() -> None:
    token = make_token()
    assert hint(token) == f"sa_…{token[-4:]}"


def test_no_change_of_one_character_keeps_a_token_well_formed() -> None:
    """A CRC32 finds every error of up to 32 bits in a row, so of any one character."""
    token = make_token()
    changed = {
        token[:index] + letter + token[index + 1 :]
        for index in range(len(token))
        for letter in DIGITS + "_-"
    } - {token}
    assert [forged for forged in changed if is_well_formed(forged)] == []
    assert len(changed) > 2_300


@pytest.mark.parametrize(
    "change", ["{} ", " {}", "{}\n", "{}0", "0{}", "{}=", "{0}{0}", "SA_{}", "sa_{}", "{}\u0661"]
)
def test_nothing_may_stand_around_a_token(change: str) -> None:
    assert not is_well_formed(change.format(make_token()))


@pytest.mark.parametrize("text", ["", "sa_", "sa_" + "é" * 36, "sa_" + "٣" * 36, "sa_" + "0" * 35])
def test_other_text_is_no_token(text: str) -> None:
    assert not is_well_formed(text)


def test_no_truncation_is_well_formed() -> None:
    token = make_token()
    assert not [token[:length] for length in range(39) if is_well_formed(token[:length])]
