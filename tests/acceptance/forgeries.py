"""Access tokens that nobody was given, by name; most of them are signed with the right key."""

import base64
import json
import time
from collections.abc import Mapping

from tests.accounts.forgery import REMOVED, encode, sign

HOUR = 3600
Changes = Mapping[str, object]
NONE: Changes = {}
# Claims that are changed (a callable is given the present), and the header's.
CLAIMS: dict[str, Changes] = {
    "exp_past": {"exp": -HOUR}, "exp_just": {"exp": -12}, "exp_huge": {"exp": 10**18},
    "exp_text": {"exp": "abc"}, "exp_float": {"exp": 1e300}, "exp_null": {"exp": None},
    "exp_true": {"exp": True}, "exp_list": {"exp": [1]}, "exp_negative": {"exp": -(10**18)},
    "exp_digits": {"exp": 10**40}, "exp_object": {"exp": {}}, "no_exp": {"exp": REMOVED},
    "no_iat": {"iat": REMOVED}, "no_jti": {"jti": REMOVED}, "no_sub": {"sub": REMOVED},
    "no_sid": {"sid": REMOVED}, "no_type": {"token_type": REMOVED}, "no_iss": {"iss": REMOVED},
    "nbf_future": {"nbf": HOUR}, "nbf_text": {"nbf": "x"}, "iat_future": {"iat": HOUR},
    "iat_text": {"iat": "x"}, "iat_huge": {"iat": 10**30}, "iat_null": {"iat": None},
    "jti_number": {"jti": 5}, "jti_null": {"jti": None}, "sub_text": {"sub": "x"},
    "sub_number": {"sub": 1}, "sub_null": {"sub": None}, "sub_list": {"sub": ["x"]},
    "sub_nul": {"sub": "\x00"}, "sub_surrogate": {"sub": "\ud800"}, "sub_empty": {"sub": ""},
    "sub_other": {"sub": "01890a5d-ac96-774b-bcce-b302099a8057"},
    "sub_object": {"sub": {"$ne": ""}}, "sid_text": {"sid": "x"}, "sid_null": {"sid": None},
    "sid_number": {"sid": 10**40}, "sid_object": {"sid": {}},
    "sid_other": {"sid": "01890a5d-ac96-774b-bcce-b302099a8057"}, "sid_nul": {"sid": "\x00" * 36},
    "type_refresh": {"token_type": "refresh"}, "type_other": {"token_type": "sliding"},
    "type_null": {"token_type": None}, "aud": {"aud": "other"}, "aud_list": {"aud": ["a", "b"]},
    "aud_null": {"aud": None}, "aud_object": {"aud": {}},
    "iss_other": {"iss": "https://other.example"}, "iss_null": {"iss": None},
    "iss_list": {"iss": ["x"]}, "iss_slash": {"iss": "http://127.0.0.1/"}, "iss_empty": {"iss": ""},
    "iss_number": {"iss": 5},
}  # fmt: skip
HEADERS: dict[str, Changes] = {
    "alg_none": {"alg": "none"}, "alg_None": {"alg": "None"}, "alg_hs512": {"alg": "HS512"},
    "alg_hs384": {"alg": "HS384"}, "alg_rs256": {"alg": "RS256"}, "alg_es256": {"alg": "ES256"},
    "alg_lower": {"alg": "hs256"}, "alg_null": {"alg": None}, "alg_list": {"alg": ["HS256"]},
    "alg_number": {"alg": 5}, "jwk": {"jwk": {"kty": "oct", "k": "AAAA"}},
    "jku": {"jku": "https://evil.example/keys"}, "kid": {"kid": "../../x"},
    "kid_sql": {"kid": "' UNION SELECT 'x"}, "x5u": {"x5u": "https://evil.example"},
    "x5c": {"x5c": ["x"]}, "crit": {"crit": ["exp"]}, "crit_empty": {"crit": []},
    "typ_other": {"typ": "at+jwt"}, "typ_null": {"typ": None}, "zip": {"zip": "DEF"},
    "b64": {"b64": False}, "cty": {"cty": "JWT"}, "enc": {"enc": "A256GCM"}, "more": {"a": 1},
}  # fmt: skip
PAYLOADS: dict[str, bytes] = {
    "payload_empty": b"", "payload_null": b"null", "payload_list": b"[]", "payload_number": b"5",
    "payload_text": b'"x"', "payload_binary": b"\xff\xfe", "payload_broken": b"{",
    "payload_nan": b'{"exp": NaN}', "payload_deep": b"[" * 700,
    "payload_digits": b'{"exp": ' + b"9" * 900 + b"}", "payload_object": b"{}",
    "payload_twice": b'{"exp": 1, "exp": 2}', "payload_bom": b"\xef\xbb\xbf{}",
    "payload_inf": b'{"exp": 1e999}', "payload_utf16": "{}".encode("utf-16"),
}  # fmt: skip
RELATIVE = {"exp", "iat", "nbf"}
MUTATED = "mutated"
NAMES = [*CLAIMS, *HEADERS, *PAYLOADS, "wrong_key", "empty_key", "public_key", "no_signature"]


def claims_of(token: str) -> dict[str, object]:
    """What a token says."""
    payload = token.split(".")[1]
    return dict(json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4))))


def forge_all(token: str, key: str) -> dict[str, str]:
    """Every forgery of this good token, by name; then its mutations."""
    good = claims_of(token)
    forged = {name: _changed(good, changes, NONE, key) for name, changes in CLAIMS.items()}
    forged |= {name: _changed(good, NONE, header, key) for name, header in HEADERS.items()}
    forged |= {name: sign(payload, key=key) for name, payload in PAYLOADS.items()}
    forged["wrong_key"] = _changed(good, NONE, NONE, "x" * 64)
    forged["empty_key"] = _changed(good, NONE, NONE, "")
    forged["public_key"] = _changed(good, NONE, {"alg": "HS256", "kid": "rsa"}, "-----BEGIN")
    forged["no_signature"] = token.rpartition(".")[0] + "."
    for number, mutated in enumerate(_mutations(token)):
        forged[f"{MUTATED}_{number}"] = mutated
    return forged


def _changed(good: Changes, changes: Changes, header: Changes, key: str) -> str:
    now = int(time.time())
    moved = {
        name: now + value
        if name in RELATIVE and type(value) is int and abs(value) <= HOUR
        else value
        for name, value in changes.items()
    }
    kept = {name: value for name, value in {**good, **moved}.items() if value is not REMOVED}
    return sign(json.dumps(kept).encode(), header=header, key=key)


def _mutations(token: str) -> list[str]:
    """One character flipped, dropped or doubled in places of every part, and other spellings."""
    places = range(0, len(token), max(1, len(token) // 40))
    flipped = [token[:n] + ("A" if token[n] != "A" else "B") + token[n + 1 :] for n in places]
    dropped = [token[:n] + token[n + 1 :] for n in places]
    doubled = [token[:n] + token[n] + token[n:] for n in places]
    last = token[:-1] + chr(ord(token[-1]) ^ 1)  # unused bits of the last character, perhaps
    padded = [
        token + "=",
        token.replace(".", "=."),
        token.replace("-", "+").replace("_", "/") + "==",
    ]
    return [*flipped, *dropped, *doubled, last, *padded, encode(token.encode()), token[::-1]]


MUTATIONS = 3 * 41
