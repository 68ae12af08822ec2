"""The format of service account tokens. Pure functions, no database.

`sa_`, 30 random base62 digits, and the CRC32 (IEEE) of all of that as 6 base62 digits. The prefix
and the checksum let secret scanners find a leaked token without guessing, and let us refuse a
mistyped one without asking the database.
"""

import re
import secrets
import zlib

PREFIX = "sa_"
ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_RANDOM_DIGITS = 30  # 178 bits
_CHECKSUM_DIGITS = 6
_FORMAT = re.compile(r"sa_[0-9A-Za-z]{36}", re.ASCII)
_HINT_DIGITS = 4


def make_token() -> str:
    """A new raw token. Show it once, store its digest."""
    payload = PREFIX + "".join(secrets.choice(ALPHABET) for _ in range(_RANDOM_DIGITS))
    return payload + checksum(payload)


def is_well_formed(raw_token: str) -> bool:
    """Whether this can be a token: right shape, right checksum. Says nothing about its validity."""
    if not _FORMAT.fullmatch(raw_token):
        return False
    payload = raw_token[:-_CHECKSUM_DIGITS]
    return raw_token.endswith(checksum(payload))


def checksum(payload: str) -> str:
    """The CRC32 of `payload` (with its `sa_`), in base62, left-padded with 0."""
    value = zlib.crc32(payload.encode("ascii"))
    digits = ""
    for _ in range(_CHECKSUM_DIGITS):
        value, digit = divmod(value, len(ALPHABET))
        digits = ALPHABET[digit] + digits
    return digits


def hint(raw_token: str) -> str:
    """What people may see of a token, to tell it from others: its last four digits."""
    return f"{PREFIX}…{raw_token[-_HINT_DIGITS:]}"
