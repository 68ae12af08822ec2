"""What staff do beside deciding on a sign-up: undo, note, look, choose their mails."""

from tests.acceptance.pages import ANONYMOUS, FORM, get, post
from tests.acceptance.people import apply
from tests.acceptance.table import Ask, Count, Row, Step

SIGNUP = "organizations/signuprequest"
PENDING = (
    "SELECT count(*) FROM organizations_signuprequest"
    " WHERE id = '<reviewed_request_hex>' AND status = 'pending'"
)
# By GET, without a CSRF token, with bad values, and by strangers.
REVIEW: tuple[Step, ...] = (
    *apply("reviewed"),
    Ask("GET /me", {200}, by="reviewed", keep={"reviewed_request": "signup_request.id"}),
    *(
        get(f"{SIGNUP}/{page}", {302}, ANONYMOUS)
        for page in ("mails/", "decided/", "<reviewed_request>/note/", "undo/<reviewed_request>/")
    ),
    *(
        post(f"{SIGNUP}/{page}", (("text", "x"), ("ids", "<reviewed_request>")), {302}, ANONYMOUS)
        for page in ("<reviewed_request>/note/", "<reviewed_request>/presence/", "undo/selected/")
    ),
    *(
        Ask(
            f"POST /admin/{SIGNUP}/{page}",
            {403},
            "ids=<reviewed_request>&text=x&frequency=never",
            kind=FORM,
            headers=(("Cookie", "<admin_cookie>"),),
            is_page=True,
        )
        for page in (
            *("<reviewed_request>/note/", "<reviewed_request>/presence/", "mails/"),
            "undo/selected/",
        )
    ),
    *(
        post(f"{SIGNUP}/<reviewed_request>/note/", (("text", text),), {302})
        for text in ("", " ", "\x00", "a\x00b", "x" * 2001, "x" * 100_000)
    ),
    *(
        get(f"{SIGNUP}/{key}/{page}/", {302, 404, 405})
        for key in ("<random>", "<reviewed_request>", "<reviewed_request>x", "%00", "9" * 400)
        for page in ("note", "presence")
    ),
    # What is no id leads back to the queue, as Django's own pages do.
    *(
        post(f"{SIGNUP}/{key}/{page}/", (("text", "x"),), expected)
        for key, expected in (("<random>", {404}), ("x", {302}))
        for page in ("note", "presence")
    ),
    *(
        post(f"{SIGNUP}/mails/", (("frequency", value),), {200})
        for value in ("", "x", "\x00", "DAILY", "9" * 400)
    ),
    *(
        post(f"{SIGNUP}/undo/selected/", (("ids", value),), {302})
        for value in ("", "x", "\x00", "<random>", "<reviewed_request>", "<reviewed_request>x")
    ),
    *(
        get(f"{SIGNUP}/?status={status}&{name}={value}")
        for status in ("all", "denied", "x")
        for name in ("domain", "network")
        for value in ("acme.example", "%00", "%ff", "'", "9" * 400, "203.0.113.0/24", "::/64", "")
    ),
    Count("SELECT count(*) FROM organizations_signupnote", 0),
    Count("SELECT count(*) FROM organizations_signupmailchoice", 0),
    Count(
        PENDING,
        1,
    ),
)

ROWS = [Row("S05", "notes, presence, mails and undoing by who may not", REVIEW, writes=True)]
