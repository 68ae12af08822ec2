"""Sign-ups and invites: who decides, who comes in, and when no more."""

from tests.acceptance.pages import OUT, cookie_of, get, hire, post
from tests.acceptance.people import apply, guess, join
from tests.acceptance.table import Ask, Count, Mails, Manage, Row, Sql, Step

ORG, FOREIGN = "/organizations/<org>", "/organizations/<rival_org>"
REQUESTS = f"{ORG}/signup-requests"
STRANGER = "not a member of this organization"
RESOLVED = "signup request already resolved"
REGISTER = "POST /auth/register"
IN_STATE = "SELECT count(*) FROM organizations_signuprequest WHERE id = '<{}>' AND status = '{}'"
DECIDED = "SELECT count(*) FROM accounts_auditevent WHERE target_id = '<{}>' AND action = '{}'"


def _file(name: str) -> tuple[Step, ...]:
    return (
        *apply(name),
        Ask("GET /me", {200}, by=name, keep={f"{name}_request": "signup_request.id"}),
    )


def _decide(name: str, decision: str, status: set[int], by: str = "owner", says: str = "") -> Ask:
    body: dict[str, object] | None = {"notify": False} if decision == "deny" else None
    return Ask(f"POST {REQUESTS}/<{name}_request>/{decision}", status, body, by=by, says=says)


ORDER: tuple[Step, ...] = (
    *_file("first"),
    _decide("first", "approve", {204}),
    *(_decide("first", word, {409}, says=RESOLVED) for word in ("approve", "deny", "reopen")),
    Count(IN_STATE.format("first_request_hex", "approved"), 1),
    Count(DECIDED.format("first_request_hex", "signup.approved"), 1),
    Count(DECIDED.format("first_request_hex", "signup.denied"), 0),
    Mails("first@acme.example", 1),
    *_file("second"),
    _decide("second", "deny", {204}),
    *(_decide("second", word, {409}, says=RESOLVED) for word in ("deny", "approve")),
    Count(IN_STATE.format("second_request_hex", "denied"), 1),
    Count(DECIDED.format("second_request_hex", "signup.denied"), 1),
    Count(DECIDED.format("second_request_hex", "signup.approved"), 0),
    Mails("second@acme.example", 0),
    guess("second", {403}, "<pw>", says="signup_denied"),
    Ask(REGISTER, {409}, {"email": "second@acme.example", "password": "<pw>"}),
    _decide("second", "reopen", {204}),
    _decide("second", "approve", {204}),
    Ask(f"POST {REQUESTS}/<random>/approve", {404}, by="owner", says="request not found"),
    Ask(
        f"POST {FOREIGN}/signup-requests/<request>/approve",
        {404},
        by="rival",
        says="request not found",
    ),
    Ask(f"POST {FOREIGN}/signup-requests/<request>/approve", {403}, by="owner", says=STRANGER),
)
DECIDERS: tuple[Step, ...] = (
    *(
        Ask(f"POST {REQUESTS}/<request>/{word}", {403}, by=by)
        for word in ("approve", "deny", "reopen")
        for by in ("member", "pending", "outsider", "rival", "rival_bot")
    ),
    *(Ask(f"POST {REQUESTS}/<request>/{word}", {401}) for word in ("approve", "deny", "reopen")),
    *(
        Ask(f"{method} {REQUESTS}/<request>/{word}", {405}, by="owner")
        for word in ("approve", "deny", "reopen")
        for method in ("GET", "HEAD", "PUT", "DELETE", "PATCH")
    ),
    Ask("GET /me", {200}, by="pending", tells={"signup_pending": True}),
)
CLERK: tuple[Step, ...] = (
    *join("clerk"),
    *hire("clerk"),
    *(
        ask
        for word in ("approve", "deny", "reopen")
        for path in (f"organizations/signuprequest/{word}/selected/",)
        for ask in (
            post(path, (("ids", "<request>"),), {403}, cookie_of("clerk")),
            get(f"{path}?ids=<request>", {403}, cookie_of("clerk")),
        )
    ),
    get("organizations/signuprequest/", {403}, cookie_of("clerk")),
    Count(IN_STATE.format("request_hex", "pending"), 1),
)
CLOSED: tuple[Step, ...] = (
    Ask(f"PATCH {ORG}/features", {200}, {"open_signups_enabled": False}, by="owner"),
    *(
        Ask(
            REGISTER,
            {403},
            {"email": "late@acme.example", "password": "<pw>", **more},
            says="signups_disabled",
        )
        for more in (
            {},
            {"organization_name": "Mine"},
            {"invite_token": ""},
            {"invite_token": None},
        )
    ),
    Ask(
        REGISTER,
        {404},
        {"email": "late@acme.example", "password": "<pw>", "invite_token": "x"},
        says="invite not found",
    ),
    get("accounts/user/add/", {403}),
    post("accounts/user/add/", (("email", "late@acme.example"), ("is_active", "on")), {403}),
    Manage("approve_signup late@acme.example", 1),
    Count("SELECT count(*) FROM accounts_user WHERE email_key = 'late@acme.example'", 0),
    *join("late"),
    Ask(f"PATCH {ORG}/features", {200}, {"open_signups_enabled": True}, by="owner"),
    # The admin closes the same door.
    post("organizations/organization/<org>/change/", (("name", "Acme"),), OUT),
    Ask(
        REGISTER,
        {403},
        {"email": "later@acme.example", "password": "<pw>"},
        says="signups_disabled",
    ),
    Ask(f"PATCH {ORG}/features", {200}, {"open_signups_enabled": True}, by="owner"),
)
INVITED: tuple[Step, ...] = (
    *_file("hopeful"),
    Ask(f"POST {ORG}/invites", {201}, by="owner", keep={"hopeful_invite": "token"}),
    Ask(
        "POST /invites/<hopeful_invite>/accept",
        {200},
        by="hopeful",
        tells={"organization_id": "<org>"},
    ),
    Ask("GET /me", {200}, by="hopeful", tells={"signup_pending": False}),
    Ask("POST /invites/<hopeful_invite>/accept", {404}, by="hopeful", says="invite not found"),
    *(_decide("hopeful", word, {409}, says=RESOLVED) for word in ("approve", "deny")),
    Count(
        IN_STATE.format("hopeful_request_hex", "approved")
        + " AND resolved_by_id = '<owner_hex>' AND resolved_through = 'invite'",
        1,
    ),
    Count(DECIDED.format("hopeful_request_hex", "signup.approved"), 1),
    Ask(f"GET {ORG}/members", {200}, by="hopeful"),
)
EXPIRED: tuple[Step, ...] = (
    Ask(
        f"POST {ORG}/invites",
        {201},
        by="owner",
        keep={"old_invite": "token", "old_id": "invite.id"},
    ),
    Sql("UPDATE organizations_invite SET expires_at = '<second_ago>' WHERE id = '<old_id_hex>'"),
    Ask("POST /invites/<old_invite>/accept", {404}, by="outsider", says="invite not found"),
    Ask(
        REGISTER,
        {404},
        {"email": "toolate@acme.example", "password": "<pw>", "invite_token": "<old_invite>"},
    ),
    Ask(f"DELETE {ORG}/invites/<old_id>", {204, 404}, by="owner"),
    Count("SELECT count(*) FROM accounts_user WHERE email_key = 'toolate@acme.example'", 0),
)
BOUND: tuple[Step, ...] = (
    Ask(
        f"POST {ORG}/invites",
        {201},
        {"email": "bound@acme.example", "role": "admin", "role_ids": ["<owner_role>"]},
        by="owner",
        keep={"bound_invite": "token"},
    ),
    Ask(
        "POST /invites/<bound_invite>/accept",
        {403},
        {"role": "admin"},
        by="outsider",
        says="invite not for this user",
    ),
    Ask(
        REGISTER,
        {403},
        {"email": "thief@acme.example", "password": "<pw>", "invite_token": "<bound_invite>"},
        says="invite not for this user",
    ),
    Ask(
        REGISTER,
        {201},
        {"email": "BOUND@acme.example", "password": "<pw>", "invite_token": "<bound_invite>"},
        keep={"bound": "access_token"},
    ),
    Ask(f"GET {ORG}/me/permissions", {200}, by="bound", tells={"permissions": []}),
    Count("SELECT count(*) FROM accounts_user WHERE email_key = 'thief@acme.example'", 0),
)
INVITERS: tuple[Step, ...] = (
    *(
        Ask(f"POST {ORG}/invites", {403}, by=by)
        for by in ("member", "bot", "outsider", "pending", "rival")
    ),
    *(Ask(f"GET {ORG}/invites", {403}, by=by) for by in ("member", "outsider", "pending", "rival")),
    *(Ask(f"DELETE {ORG}/invites/<invite>", {403}, by=by) for by in ("member", "bot", "rival")),
    Ask(f"POST {FOREIGN}/invites", {403}, by="owner", says=STRANGER),
    *(
        Ask(f"GET {ORG}/invites", {200}, by=by, lacks=("<invite_token>", '"token"'))
        for by in ("owner", "bot")
    ),
)
AGAIN: tuple[Step, ...] = (
    Ask(f"POST {ORG}/invites", {201}, by="owner", keep={"again": "token"}),
    Ask("POST /invites/<again>/accept", {200}, by="owner"),
    Ask(f"GET {ORG}/members", {200}, by="owner"),
    Ask(f"PATCH {ORG}/features", {200}, {}, by="owner"),
    Count(
        "SELECT count(*) FROM organizations_membership m"
        " JOIN organizations_memberrole r ON r.membership_id = m.id"
        " WHERE m.user_id = '<owner_hex>' AND r.role_id = '<owner_role_hex>'",
        1,
    ),
)

ROWS = [
    Row("S03", "the first decision stands", ORDER, writes=True),
    Row("S02", "who may not decide", DECIDERS),
    Row("S02b", "staff without the permission", CLERK, writes=True),
    Row("S07", "an invite is an approval", INVITED, writes=True),
    Row("S08", "closed sign-ups", CLOSED, writes=True),
    Row("I02", "an invite that expired a second ago", EXPIRED, writes=True),
    Row("I04", "an invite of somebody else, with a role in the body", BOUND, writes=True),
    Row("I06", "who may not invite, nor see tokens", INVITERS),
    Row("I07", "a member who accepts again", AGAIN, writes=True),
]
