"""The doors of the admin to tokens and sessions: who opens them, and what a look changes."""

from tests.acceptance.pages import ANONYMOUS, CSRF, FORM, cookie_of, get, hire, post
from tests.acceptance.people import alive, join
from tests.acceptance.table import Ask, Count, Row, Step

ACCOUNT = "service_accounts/serviceaccount/<account>"
TOKEN = "service_accounts/serviceaccounttoken/<sa_token>"
SESSION = "accounts/session/<session>"
DOORS = (
    f"{ACCOUNT}/issue/",
    "service_accounts/serviceaccount/add/",
    f"{TOKEN}/rotate/",
    f"{TOKEN}/revoke/",
    f"{SESSION}/revoke/",
    f"{ACCOUNT}/disable/",
    f"{ACCOUNT}/enable/",
)
MINTING = DOORS[:3]
# Nothing that a page made, so nothing that makes a token.
SAID = (("once", "x"), ("overlap", "0"), ("name", "Bot 2"), ("expires_in", ""))
BAD_SAID: tuple[tuple[tuple[str, str], ...], ...] = (
    (),
    (("once", ""), ("overlap", "")),
    (("once", "\x00"), ("overlap", "\x00"), ("name", "\x00"), ("expires_in", "\x00")),
    (("once", "9" * 400), ("overlap", "9" * 400), ("expires_in", "9" * 400)),
    (("once", "<sa_token>"), ("overlap", "-1"), ("expires_in", "-1")),
    (("once", "\ud7ff:a:b"), ("roles", "<owner_role>"), ("name", "x" * 10_000)),
    (("once", "a:b:c"), ("roles", "x"), ("roles", "\x00"), ("name", "x")),
)
UNCHANGED: tuple[Step, ...] = (
    Count(
        "SELECT count(*) FROM service_accounts_serviceaccounttoken"
        " WHERE id = '<sa_token_hex>' AND revoked_at IS NULL AND rotated_at IS NULL",
        1,
    ),
    alive("bot"),
    alive("owner"),
)
SHUT: tuple[Step, ...] = (
    *(get(door, {302}, ANONYMOUS) for door in DOORS),
    *(post(door, SAID, {302}, ANONYMOUS) for door in DOORS),
    *(get(door, {302}, "sessionid=<owner>") for door in DOORS),
    *join("doorman"),
    *hire("doorman"),
    *(get(door, {403}, cookie_of("doorman")) for door in DOORS),
    *(post(door, SAID, {403}, cookie_of("doorman")) for door in DOORS),
    *UNCHANGED,
)
LOOKED_AT: tuple[Step, ...] = (
    *(get(door) for door in DOORS),
    *(get(f"{door}?once=x&overlap=0&name=x&post=yes") for door in DOORS),
    *(
        Ask(
            f"POST /admin/{door}",
            {403},
            "once=x&overlap=0",
            kind=FORM,
            headers=(("Cookie", cookie),),
            is_page=True,
        )
        for door in DOORS
        for cookie in ("<admin_cookie>", "sessionid=x", f"csrftoken={CSRF[:-1]}b")
    ),
    *UNCHANGED,
)
BADLY_SAID: tuple[Step, ...] = (
    *(post(door, said, {200, 400, 403}) for door in MINTING for said in BAD_SAID),
    *(
        get(f"{page}/{pk}/{word}/", {302, 404})
        for page, word in (
            ("service_accounts/serviceaccount", "issue"),
            ("service_accounts/serviceaccounttoken", "rotate"),
            ("service_accounts/serviceaccounttoken", "revoke"),
            ("accounts/session", "revoke"),
        )
        for pk in ("x", "<random>", "9" * 400, "%00", "<upper>", "<bare>", "..%2f")
    ),
    *UNCHANGED,
)

ROWS = [
    Row("A08", "who opens the doors to tokens and sessions", SHUT, writes=True),
    Row("A09", "looks at the pages that ask, and forms of other sites", LOOKED_AT),
    Row("A10", "bad forms for tokens", BADLY_SAID),
]
