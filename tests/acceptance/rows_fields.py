"""Fields: of another type, too long, of letters that lie, or that nobody asked for."""

import json

from tests.acceptance.calls import CALLS, OPAQUE, ORG, attack
from tests.acceptance.table import Ask, Count, Row, Step
from tests.acceptance.wire import Big

REGISTER = "POST /auth/register"
STRINGS_ONLY: tuple[object, ...] = (
    5, -1, 0, 1.5, True, False, [], {}, ["a"], [["a"]], [{}], {"a": 1}, 2**63, -(2**63) - 1, 10**30,
    1e308, [None], {"$ne": None}, {"$gt": ""}, {"__proto__": {}},
    ["x@acme.example", "y@acme.example"], {"email": "x@acme.example"}, ["<pw>"], [5], [True, False],
    10**300,
)  # fmt: skip
LISTS_ONLY: tuple[object, ...] = (
    5, True, "x", "", {}, {"0": "<role>"}, "<role>", "[]", 1e308, {"length": 1}, [5], [None], [[]],
    [{}], [True], ["x"], [""], ["<role>", "x"], ["<role>", 5], [["<role>"]], [10**30],
    ["<rival_role>"], ["<random>"], ["<role>\u00a0x"], ["%00"], ["null"], ["x"] * 10_000,
    ["<role>x"], ["{<role>}x"],
)  # fmt: skip
FLAGS_ONLY: tuple[object, ...] = (
    "true", "yes", "1", 1, 0, 2, "", [], {}, [True], {"a": True}, 1.0, 10**30, "on", "null",
    "false",
)  # fmt: skip
NUMBERS_ONLY: tuple[object, ...] = (
    -1, 2**31, 2**63, 10**30, -(10**30), 1.5, "x", "", [], {}, [1], True, "1e9", "0x10", "\u0661x",
    1e308, "NaN", "Infinity", "1" * 5000, "-5", 2_592_001, "60 s", None, " ",
)  # fmt: skip
TIMES_ONLY: tuple[object, ...] = (
    5, True, [], {}, "x", "", "2026", "2026-13-01T00:00:00Z", "2999-02-30T00:00:00Z", "tomorrow",
    1e308, "10000-01-01T00:00:00Z", "0000-01-01T00:00:00Z", "2020-01-01T00:00:00Z",
    "1970-01-01T00:00:00Z", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00",
    "0001-01-01T00:00:00Z", "infinity", "now()", "2999-01-01T25:00:00Z", "2999-01-01T00:00:60Z",
    "2999-01-01T00:00:00+99:99", "2999-01-01T00:00:00+24:00", "-2999-01-01T00:00:00Z", "2999-001",
    "2999-01-01T", "x" * 10_000, "1795521695", "NaN", "\uff12\uff19\uff19\uff19-01-01T00:00:00Zx",
    "2999-01-01T00:00:00[UTC]", "9999-12-31T24:00:00Z", "2999-W01-1", "29990101",
    "2999-01-01T00:00:00", "2999-01-01",
)  # fmt: skip
KINDS: dict[str, tuple[object, ...]] = {
    "role_ids": LISTS_ONLY,
    "permissions": (
        *(5, True, "x", {}, "board.read", [5], [None], [[]], [{}], ["x"], [""], ["BOARD.READ"]),
        *(["board.read", "root"], ["*"], ["board.*"], ["board.read"] * 101, [["board.read"]]),
        *(
            ["org"],
            ["superuser"],
            [True],
            [10**30],
            ["board.read\u0000x"[:10] + "x"],
            ["board\u200b.read"],
        ),
    ),
    "notify": FLAGS_ONLY,
    "is_active": FLAGS_ONLY,
    "open_signups_enabled": FLAGS_ONLY,
    "overlap_seconds": NUMBERS_ONLY,
    "expires_at": TIMES_ONLY,
    "provider": (
        *STRINGS_ONLY,
        "",
        "x",
        "OpenRouter",
        "cursor ",
        " cursor",
        "cursor\n",
        "openrouter,cursor",
    ),
}
# Escapes are written as an attacker writes them: no encoder of ours would produce a surrogate.
ESCAPES = (
    "\\u0000", "a\\u0000b", "\\u0000\\u0000", "\\ud800", "\\udfff", "a\\ud800", "\\ud800a",
    "\\udc00\\ud800", "\\ud83d", "\\uD800\\uD800", "\\ude00x@acme.example", "x\\u0000@acme.example",
    "x@acme\\u0000.example",
)  # fmt: skip
UNPRINTABLE = (
    "a\nb", "a\rb", "a\tb", "\x1b[31mred", "a\x7f", "a\x85b", "a\u2028b", "a\u2029b", "\u202egro",
    "a\u2066b", "\u200b", "\u200e", "\u00ad", "\u3164", "\u2800", "\ufeff", "\u200b\u200c\u200d",
    "\u115f\u1160", "\x01", "a\r\nBcc: evil@evil.example", "\u034f", "\u00a0\u200b\u00a0",
    "\x9b31m", "\u2063\u2064",
)  # fmt: skip
NAMES = ("name", "display_name", "organization_name")
BAD_EMAILS = (
    "", " ", "a", "@", "a@", "@b", "a@b", "a@@b.example", "a@b@c.example", "a b@c.example",
    "a@b c.example", "a@b..example", "a@.b.example", "a@b.example.", ".a@b.example", "a.@b.example",
    "a..b@c.example", '"a b"@c.example', '"a"@c.example', "a@[127.0.0.1]", "a@127.0.0.1",
    "a@[IPv6:::1]", "a@1.2.3", "a@b.1", "a@-b.example", "a@b-.example", "a@b_c.example",
    "a@b!.example", "<a@b.example>", "A <a@b.example>", "a@b.example,c@d.example",
    "a@b.example;c@d.example", "a@b.example c@d.example", "mailto:a@b.example",
    "a@b.example\nBcc: c@d.example", "a@b.example\r\nBcc: c@d.example", "a\nb@c.example",
    "a\tb@c.example", "\r\na@b.example\r\n\r\nx", "a@b.example%0d%0aBcc:c@d.example",
    "a(comment)@b.example", "a@b.example(x)", "a@(x)b.example", "a\\@b.example", "a:b@c.example",
    "a,b@c.d", "\u0131nfo@acme.example", "\u0130nfo@acme.example", "\u212aeeper@acme.example",
    "kee\u017fer@acme.example", "\uff4beeper@acme.example", "k\u0435\u0435p\u0435r@acme.example",
    "keep\u00e9r@acme.example", "keeper\u200b@acme.example", "keeper@acme.example\u200b",
    "keeper@ac\u200bme.example", "keeper@acme\uff0eexample", "keeper@\uff41cme.example",
    "keeper@acm\u0435.example", "keeper@\u0430cme.example", "keeper@ac\u217fe.example",
    "keeper@\u24d0cme.example", "keeper@ACME\u212a.example", "keeper@acme.\u0435x\u0430mpl\u0435",
    "keeper@\u0430\u0441\u0435.example", "keeper@acme.example\u00ad", "keeper@\u00adacme.example",
    "keeper@acme\u2024example", "keeper@\u2044.example", "keeper@xn--.example",
    "keeper@xn--a.example", "keeper@xn--\u00e9.example", "keeper@xn--acme-.example",
    "keeper@xn--80ak6aa92e.com\u200d", "keeper@" + "a" * 64 + ".example",
    "keeper@" + "a." * 130 + "example", "a" * 65 + "@acme.example", "a" * 250 + "@acme.example",
    "a@" + "b" * 63 + "." + "c" * 63 + "." + "d" * 63 + "." + "e" * 63 + ".example", "a" * 10_000,
    "a@" + "b" * 10_000, "\u202ea@b.example", "a@\u202eb.example", "a@\u0661.example", "a@b.\u0661",
    "a@b.0", "a@\ud55c\u3164.example", "a@\U0001f600.example", "a@b.example/../x", "a@b.example?x",
    "a@b.example#x", "a@user:pw@b.example", "a@b:25", "a@b.example:25", "{{7*7}}@b .example",
    "${jndi:x}@b .example", "' OR 1=1--", "admin'--@b .example", "*@*", "%@%", "null@",
)  # fmt: skip
# One account per address, however it is written.
SAME_ADDRESS = (
    "KEEPER@ACME.EXAMPLE", "Keeper@acme.example", "keeper@Acme.Example", " keeper@acme.example ",
    "keeper@acme.example\n", "\tkeeper@acme.example", "keeper@ACME.example",
    "keeper@acme\u3002example",
)  # fmt: skip
LONG: dict[str, int] = {
    "name": 201, "display_name": 201, "organization_name": 201, "reason": 1001,
    "description": 20_001, "intended_public_url": 2049, "openrouter_model": 2001,
    "cursor_default_repo_url": 2001, "cursor_default_ref": 2001, "new_password": 1025,
    "password": 1025, "current_password": 1025,
}  # fmt: skip
BAD_URLS = (
    "x", "acme.example", "//acme.example", "ftp://acme.example", "javascript:alert(1)", "http://",
    "https://", "http:///x", "https://:80", "https://acme.example:x", "https://acme.example:99999",
    "http://[::1", "http://]", "data:text/html,x", "file:///etc/passwd", "https:/acme.example",
    "https:acme.example", "https://acme .example", "https://acme.example/a b",
    "https://\u202eacme.example", "https://acme.example:0", "https://acme.example/\x7f",
    "jar:https://acme.example", "h\u200bttps://acme.example", "https://@", "https://?",
)  # fmt: skip
_FLAGS: dict[str, object] = {
    "is_staff": True, "is_superuser": True, "is_active": True, "status": "approved",
    "role": "admin", "signup_status": "approved", "kind": "service", "organization": "<org>",
    "organization_id": "<org>", "id": "<owner_id>", "email_verified": True,
    "roles": ["<owner_role>"], "role_ids": ["<owner_role>"], "permissions": ["org.manage"],
    "groups": [1], "user_permissions": [1], "signup_pending": False,
    "service_account": {"id": "<account>"}, "email_key": "x", "created_at": "2000-01-01T00:00:00Z",
    "__class__": "x", "constructor": {"prototype": {}}, "_state": {}, "pk": "<owner_id>",
}  # fmt: skip


def _spoiled(call: str, field: str, value: object) -> dict[str, object]:
    return {**CALLS[call][1], field: value}


def _types() -> tuple[Step, ...]:
    """Every field of every call with every value of another type."""
    return tuple(
        attack(call, {400}, _spoiled(call, field, value))
        for call, (_, body) in CALLS.items()
        for field in body
        for value in KINDS.get(field, STRINGS_ONLY)
        if not (field == "overlap_seconds" and value is None)
    )


def _escapes() -> tuple[Step, ...]:
    """NUL and lone surrogates in every field, also where no text belongs, and in a name."""
    return tuple(
        attack(call, {400}, text, says="invalid json")
        for call, (_, body) in CALLS.items()
        for escape in ESCAPES
        for field in (*body, "unread", escape)
        if (
            text := json.dumps({**body, field: "HERE"})
            .replace("HERE", escape)
            .replace("\\\\", "\\")
        )
    )


def _lengths() -> tuple[Step, ...]:
    return tuple(
        attack(
            call, {400, 403}, _spoiled(call, field, start + "x" * (size - len(start))), seconds=2.0
        )
        for call, (_, body) in CALLS.items()
        for field in body
        if field in LONG
        for start in ["https://" if "url" in field else ""]
        for size in (LONG[field], 10 * LONG[field], 500_000)
        if call != "POST /auth/login"
    )


def _names() -> tuple[Step, ...]:
    return tuple(
        attack(call, {400}, _spoiled(call, field, text))
        for call, (_, body) in CALLS.items()
        for field in body
        if field in NAMES
        for text in UNPRINTABLE
    )


def _huge() -> tuple[Step, ...]:
    """Tokens and passwords of almost a mebibyte: nothing of it may be hashed slowly."""
    return tuple(
        attack(call, {400, 401, 403, 404, 204}, Big(b"x", 1_000_000, head, b'"}'), seconds=2.0)
        for call, (_, body) in CALLS.items()
        for field in body
        if field in OPAQUE | {"password", "new_password", "email"}
        for head in [json.dumps({**body, field: ""})[:-1].encode() + f', "{field}": "'.encode()]
    )


def _emails() -> tuple[Step, ...]:
    return tuple(
        attack(call, {400}, {**CALLS[call][1], "email": email})
        for email in BAD_EMAILS
        for call in (REGISTER, f"POST {ORG}/invites")
        if email.strip() or call == REGISTER
    )


# CVE-2023-7028: a list of addresses, of which one is checked and all get the mail.
SEVERAL_EMAILS = tuple(
    Ask(call, {400}, {"password": "<pw>", "email": email}, by=by, spoiled="email")
    for call, by in (
        (REGISTER, ""),
        ("POST /auth/login", ""),
        ("POST /auth/password/forgot", ""),
        (f"POST {ORG}/invites", "owner"),
    )
    for email in (
        ["keeper@acme.example", "attacker@acme.example"],
        ["keeper@acme.example"],
        {"email": "keeper@acme.example"},
        [["keeper@acme.example"], "attacker@acme.example"],
    )
)


def _logins_with_bad_emails() -> tuple[Step, ...]:
    body = {"email": "", "password": "<pw>"}
    return tuple(
        Ask(f"POST /auth/{call}", status, {**body, "email": email})
        for email in BAD_EMAILS
        for call, status in (("login", {400, 401}), ("password/forgot", {400, 202, 429}))
    )


_REGISTERED = ("SELECT count(*) FROM accounts_user WHERE email_key = '{}'").format
MASS_ASSIGNMENT: tuple[Step, ...] = (
    Ask(
        REGISTER,
        {201},
        {**_FLAGS, "email": "mass@acme.example", "password": "<pw>"},
        tells={"signup_pending": True},
        keep={"mass": "access_token"},
    ),
    Ask("GET /me", {200}, by="mass", tells={"signup_pending": True, "service_account": None}),
    Ask("PATCH /me", {200}, _FLAGS, by="mass", tells={"signup_pending": True}),
    Ask("GET /organizations", {200}, by="mass", tells={"organizations": []}),
    Ask("PATCH /me", {200}, _FLAGS, by="member", tells={"id": "<member_id>"}),
    Ask(f"GET {ORG}/me/permissions", {200}, by="member", tells={"permissions": []}),
    Ask("PATCH /me", {200}, _FLAGS, by="bot", tells={"id": "<account_user>"}),
    Count(
        "SELECT count(*) FROM accounts_user WHERE email_key IN ('mass@acme.example',"
        " 'member@acme.example') AND (is_staff OR is_superuser OR kind != 'human')",
        0,
    ),
)
ONE_ADDRESS: tuple[Step, ...] = (
    *(
        Ask(REGISTER, {409}, {"email": email, "password": "<pw>"}, says="email already registered")
        for email in SAME_ADDRESS
    ),
    *(
        Ask("POST /auth/login", {200}, {"email": email, "password": "<pw>"})
        for email in SAME_ADDRESS
    ),
    Count(_REGISTERED("keeper@acme.example"), 1),
)
URLS = tuple(
    attack(call, {400}, {**body, "intended_public_url": url})
    for call, (_, body) in CALLS.items()
    if "intended_public_url" in body
    for url in BAD_URLS
)

ROWS = [
    Row("U01", "NUL and lone surrogates in every field", _escapes(), sample=9),
    Row("U02", "every field of another type", _types(), sample=9),
    Row("U03", "text over its length", _lengths(), sample=5),
    Row("U04", "names that cannot be read", _names(), sample=7),
    Row("U06", "tokens and passwords of a megabyte", _huge()),
    Row("U07", "several addresses in the place of one", SEVERAL_EMAILS),
    Row("U08", "one account per address", ONE_ADDRESS, writes=True),
    Row("U09", "addresses that imitate or are none", _emails()),
    Row(
        "U10",
        "log-ins and resets of such addresses",
        _logins_with_bad_emails(),
        writes=True,
        sample=7,
    ),
    Row("U11", "flags that nobody may set", MASS_ASSIGNMENT, writes=True),
    Row("U12", "public URLs that are none", URLS),
]
