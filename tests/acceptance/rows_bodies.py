"""Bodies that are no JSON object in UTF-8, too large, in another format, or framed by a liar."""

import bz2
import gzip
import zlib

from tests.acceptance.calls import CALLS, attack, needs_body
from tests.acceptance.table import Ask, Count, Mails, Row
from tests.acceptance.wire import Big

INVALID = "invalid json"
TOO_LARGE = "request body too large"
MIB = 1024 * 1024
LOGIN = "POST /auth/login"
GOOD = b'{"email": "keeper@acme.example", "password": "correct horse battery staple"}'
ANYWHERE = tuple(CALLS)

TRUNCATED = (
    b"{", b"[", b'"', b'{"', b'{"email', b'{"email"', b'{"email":', b'{"email":"', b'{"email":"a',
    b'{"email":"a"', b'{"email":"a",', b'{"email":"a",}', b'{"email" "a"}', b"{]", b"}", b"]",
    b"{}{}", b"{} {}", b"{}x", b"{},", b"\\", b"'", b"{'email': 'a'}", b"{email: 1}", b"nul",
    b"tru", b"-", b".", b"+1", b"//", b"/* */ {}", b"{} // end", b"{}\x00", b"\x00", b"\x00{}",
    b"\x1f\x8b\x08\x00", b"email=a&password=b", b"<xml/>", b"--x\r\n\r\n--x--", b"{}\xff",
    b"\x0b{}", b"\x0c{}", "\u00a0{}".encode(), "\u2028{}".encode(), "\u200b{}".encode(),
)  # fmt: skip
NOT_OBJECTS = (
    b"null", b"[]", b"5", b'"x"', b"true", b"false", b"0", b"-0", b"1.5", b"1e5", b'""', b"[{}]",
    b"[[]]", b'["email"]', b'[["email","a"],["password","b"]]', b" null ", b"\tnull\n", b"1e999",
    b"[1,2,3]", b'"{}"', b"[null]", b"NaN", b"Infinity", b"-Infinity",
)  # fmt: skip
NOT_JSON_VALUES = (
    b'{"a": NaN}', b'{"a": Infinity}', b'{"a": -Infinity}', b'{"a": nan}', b'{"a": undefined}',
    b'{"a": 01}', b'{"a": 0x10}', b'{"a": .5}', b'{"a": 5.}', b'{"a": +5}', b'{"a": 1_000}',
    b'{"a": 1e}', b'{"a": "\\x41"}', b'{"a": "\\u12"}', b'{"a": "\\u{41}"}', b'{"a": "\n"}',
    b'{"a": "\t"}', b'{"a": "\x00"}', b'{"a": "\x1f"}', b'{"\x00": 1}', b'{"\n": 1}',
    b'{"a": True}', b'{"a": None}', b"{1: 2}", b'{"a": 1,, "b": 2}', b'{,"a": 1}', b'{"a": [NaN]}',
    b'{"a": {"b": NaN}}', b'{"a": "\\ud800"}', b'{"\\ud800": 1}', b'{"a": "\\udfff\\ud800"}',
    b'{"a": ["\\udc00"]}', b'{"a": {"b": "\\ud83d"}}', b'{"a": "\\u0000"}', b'{"\\u0000": 1}',
    b'{"a": [[{"b": "x\\u0000"}]]}', b'{"a": "\\uD800x"}',
)  # fmt: skip
NOT_UTF8 = (
    b"\xff",
    b'{"a": "\xff"}',
    b'{"a": "\xc0\xaf"}',
    b'{"a": "\xed\xa0\x80"}',
    b'{"a": "\xe2\x82"}',
    b'{"\xfe": 1}',
    b'{"a": "\xf8\x88\x80\x80\x80"}',
    b'{"a": "\xf4\x90\x80\x80"}',
    b'{"a": "\xc3\x28"}',
    b'{"a": "\x80"}',
    b'{"a": "\xc0\x80"}',
    b'{"a": "\xe9"}',
    b"\xef\xbb\xbf",
    b"\xef\xbb\xbf{}",
    b"\xef\xbb\xbf" + GOOD,
    b"\xff\xfe{\x00}\x00",
    *(GOOD.decode().encode(name) for name in ("utf-16", "utf-16-le", "utf-16-be", "utf-32")),
    GOOD.decode().encode("utf-7").replace(b"@", b"+AEA-") + b"\xff",
    GOOD.decode().encode("cp037"),
    gzip.compress(GOOD),
    zlib.compress(GOOD),
    bz2.compress(GOOD),
)
DEEP = (
    Big(b"[", 100_000),
    Big(b"{", 100_000),
    Big(b'{"a":', 100_000),
    Big(b'[{"a":', 50_000),
    Big(b"[", 100_000, b'{"email":'),
    Big(b'{"a":', 20_000, b'{"email":', b"1" + b"}" * 20_001),
    Big(b"[", 20_000, b'{"email":', b"]" * 20_000 + b"}"),
    Big(b'{"a":', 20_000, b'{"x":"\\u0041","deep":', b"1" + b"}" * 20_001),
    Big(b"[", 400_000, b'{"password":', b"]" * 400_000 + b"}"),
)
HUGE_NUMBERS = (
    Big(b"9", 100_000, b'{"email":', b"}"),
    Big(b"9", 100_000, b'{"email":-', b"}"),
    Big(b"9", 100_000, b'{"unread":[', b"]}"),
    Big(b"9", 5_000, b'{"unread":', b"}"),
    Big(b"1", 1_000_000, b"", b""),
)
KINDS = (
    "text/plain", "application/xml", "text/xml", "application/x-www-form-urlencoded",
    "multipart/form-data", "multipart/form-data; boundary=x", "multipart/form-data; boundary=",
    "application/octet-stream", "text/html", "text/json", "application/jsonp", "application/jsonx",
    "application/json+x", "application/vnd.api+json", "application/json5", "application/x-json",
    "application/msgpack", "application/yaml", "*/*", "application/*", "json", "application",
    "application/json/", "/json", ";", "x", "a/b/c", "application json", "applica\xfftion/json",
    "application/json, text/plain", "text/plain; application/json", "application/problem+json",
    "application/json; charset=utf-16", "application/json; charset=latin-1",
    "application/json; charset=utf-7", "application/json; charset=idna",
    "application/json; charset=punycode", "application/json; charset=unicode_escape",
    "application/json; charset=rot13", "application/json; charset=zlib_codec",
    "application/json; charset=hex", "application/json; charset=base64",
    "application/json; charset=x", "application/json; charset=undefined",
    "application/json; charset=../../etc/passwd", "application/json; charset*=nope''%41",
    "application/json; x*=idna''%ff", "multipart/form-data; boundary*=nope''x",
    "application/json; charset=utf-8; charset=bz2_codec", "application/json;charset=\xff",
    "application/json; charset=utf-8\xa0", "application/json; charset=utf-8\x85",
    "application/json; charset=oem", "application/json; charset=mbcs",
    "application/json; charset=cp65001",
)  # fmt: skip
BOMB = 40 * bz2.compress(b" " * MIB)
METHODS = (
    *("GET", "PUT", "PATCH", "DELETE", "TRACE", "OPTIONS", "PROPFIND", "LINK", "REPORT"),
    *("CONNECTX", "QUERY", "PURGE"),
)


def everywhere(bodies: tuple[object, ...], calls: tuple[str, ...] = ANYWHERE) -> tuple[Ask, ...]:
    return tuple(attack(c, {400}, body, says=INVALID) for c in calls for body in bodies)


DEEP_EVERYWHERE = everywhere(DEEP)
EMPTY = tuple(
    attack(call, {400}, b"", says=INVALID, kind=kind)
    for call in CALLS
    if needs_body(call)
    for kind in ("application/json", None)
) + everywhere((b" ", b"\n", b"\t\r\n "))
OVERSIZE = tuple(
    attack(call, {413}, Big(b" ", size), says=TOO_LARGE, seconds=0.1, best_of=5)
    for call in CALLS
    for size in (MIB + 1, 3 * MIB)
)
ANNOUNCED = tuple(
    attack(call, {413}, b"", headers=(("Content-Length", str(3 * MIB)),), says=TOO_LARGE)
    for call in CALLS
)
OTHER_KINDS = tuple(
    attack(call, {415}, GOOD, kind=kind, code="unsupported_media_type")
    for call in CALLS
    for kind in KINDS
) + tuple(attack(call, {415}, GOOD, kind=None) for call in CALLS)
BOMBS = tuple(
    attack(call, {415}, BOMB, kind=f"application/json; charset={charset}", seconds=2.0)
    for call in CALLS
    for charset in ("bz2_codec", "bz2", "zlib", '"bz2_codec"', "BZ2_CODEC")
)
ENCODED = tuple(
    attack(call, {400, 415}, compress(GOOD), headers=(("Content-Encoding", name),))
    for call in CALLS
    for name, compress in (("gzip", gzip.compress), ("deflate", zlib.compress))
)
CHUNKED = tuple(
    Ask(call, {411}, body, by=CALLS[call][0], is_chunked=True)
    for call in CALLS
    for body in (GOOD, b"{}", b"")
)
CHUNKED_LARGE = tuple(
    Ask(call, {411}, Big(b" ", 30 * MIB), is_chunked=True, seconds=5.0)
    for call in ("POST /auth/login", "POST /auth/register", "POST /auth/refresh", "PATCH /me")
)
OTHER_METHODS = tuple(
    Ask(f"{method} /auth/{name}", {405}, body, code="method_not_allowed")
    for name in ("login", "refresh", "logout", "register", "password/forgot", "password/reset")
    for method in METHODS
    for body in (None, GOOD)
) + tuple(Ask(f"HEAD /auth/{name}", {405}) for name in ("login", "refresh", "logout", "register"))
# The HTTP server itself refuses what is no method to it, with a page of its own.
ODD_METHODS = tuple(
    Ask(f"{method} /api/v1/auth/login", {400, 405}, GOOD, is_page=True)
    for method in ("post", "Post", "get", "P\xd6ST", "A" * 21, "POST\x00", "1", "-", '"', "")
)
OVERRIDDEN = tuple(
    Ask(f"GET {path}", {405, 401}, headers=((name, "POST"),))
    for path in ("/auth/login", "/auth/logout-all")
    for name in ("X-HTTP-Method-Override", "X-Method-Override", "X-HTTP-Method", "_method")
)
ACCEPTING = ("POST /auth/login", "PATCH /me", "POST /auth/refresh")
UNACCEPTABLE = (
    "text/html", "application/xml", "text/*", "image/png", "*", "", "x", ";", ",", "a/b;q=x",
    "text/html;q=\xff", "application/yaml", ",".join(["text/html"] * 700),
)  # fmt: skip
ACCEPTABLE = (
    "application/json;q=0", "*/*;q=0", "application/json; version=9", "application/json; indent=8",
    "application/json; indent=99999999",
)  # fmt: skip
ACCEPTED = tuple(
    Ask(call, status, {}, headers=(("Accept", accept),))
    for call in ACCEPTING
    for values, status in ((UNACCEPTABLE, {406}), (ACCEPTABLE, {400, 401}))
    for accept in values
)
DUPLICATE_KEYS = (
    Ask(
        "POST /auth/register",
        {201},
        b'{"email": "victim@acme.example", "email": "attacker@acme.example",'
        b' "password": "x", "password": "correct horse battery staple"}',
        keep={"attacker": "access_token"},
    ),
    Ask("GET /me", {200}, by="attacker", tells={"email": "attacker@acme.example"}),
    Ask("POST /auth/login", {401}, {"email": "attacker@acme.example", "password": "x"}),
    Ask("POST /auth/login", {200}, {"email": "attacker@acme.example", "password": "<pw>"}),
    Count("SELECT count(*) FROM accounts_user WHERE email LIKE 'victim@%'", 0),
    Count(
        "SELECT count(*) FROM accounts_auditevent WHERE actor_email LIKE 'victim@%'"
        " OR CAST(after AS text) LIKE '%victim@%'",
        0,
    ),
    Mails("victim@acme.example", 0),
    Ask(
        "POST /auth/login",
        {401},
        b'{"email": "keeper@acme.example", "email": "nobody@acme.example",'
        b' "password": "correct horse battery staple"}',
        says="invalid credentials",
    ),
)

ROWS = [
    Row("B01", "empty body", EMPTY, sample=7),
    Row("B02", "truncated or broken JSON", everywhere(TRUNCATED), sample=23),
    Row("B03", "JSON that is no object", everywhere(NOT_OBJECTS), sample=13),
    Row("B03b", "values that are no JSON", everywhere(NOT_JSON_VALUES), sample=19),
    Row("B04", "deep nesting", DEEP_EVERYWHERE, sample=17),
    Row("B05", "no UTF-8", everywhere(NOT_UTF8), sample=13),
    Row("B06", "numbers of a hundred thousand digits", everywhere(HUGE_NUMBERS), sample=13),
    Row("B07", "over a mebibyte", OVERSIZE, sample=11),
    Row("B07b", "refused before a byte of the body has come", ANNOUNCED),
    Row("B08", "chunked, without a length", CHUNKED, sample=7),
    Row("B08b", "chunked, 30 MB", CHUNKED_LARGE),
    Row("B09", "a charset that inflates", BOMBS, sample=13),
    Row("B10", "compressed bodies", ENCODED, sample=7),
    Row("B11", "another content type", OTHER_KINDS, sample=23),
    Row("B12", "duplicate keys", DUPLICATE_KEYS, writes=True),
    Row("B13", "another Accept", ACCEPTED),
    Row("B14", "another method", OTHER_METHODS, sample=5),
    Row("B14c", "no method at all", ODD_METHODS),
    Row("B14b", "a method in a header", OVERRIDDEN),
]
