"""Keeping tokens out of what is stored as text: people and scripts paste them anywhere."""

import re

# sa_ tokens, JWTs, and the long random strings that refresh, invite and reset tokens are.
_SECRET = re.compile(r"sa_[0-9A-Za-z]{36}|eyJ[\w-]+\.[\w-]+\.[\w-]*|[\w-]{43,}", re.ASCII)


def without_secrets(text: str) -> str:
    """The text with anything that looks like a token of ours blotted out."""
    return _SECRET.sub("[secret]", text)
