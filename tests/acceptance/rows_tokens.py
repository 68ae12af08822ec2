"""Access tokens: forged, mutated, in the wrong place, or of somebody whose rights changed."""

from tests.acceptance.forgeries import MUTATED, NAMES
from tests.acceptance.pages import OUT, hire, inside, post
from tests.acceptance.people import apply, dead, guess, join, log_in
from tests.acceptance.table import Ask, Row, Sql, Step

ORG = "/organizations/<org>"
MUTATION_NAMES = [f"{MUTATED}_{number}" for number in range(120)]
REFRESH = "POST /auth/refresh"


def _refused(name: str, call: str = "GET /me") -> Ask:
    return Ask(call, {401}, by=name, says="unauthorized")


ELSEWHERE = tuple(
    Ask(f"{method} /me{query}", {401}, body, headers=headers, says="unauthorized")
    for method, body in (
        ("GET", None),
        ("PATCH", '{"access_token": "<owner>", "token": "<owner>"}'),
    )
    for query, headers in (
        ("?access_token=<owner>", ()),
        ("?token=<owner>&jwt=<owner>&authorization=Bearer%20<owner>", ()),
        (
            "",
            (
                (
                    "Cookie",
                    "access_token=<owner>; token=<owner>; jwt=<owner>; Authorization=<owner>",
                ),
            ),
        ),
        ("", (("X-Authorization", "Bearer <owner>"),)),
        ("", (("Proxy-Authorization", "Bearer <owner>"),)),
        ("", (("X-API-Key", "<bot>"), ("X-Auth-Token", "<owner>"), ("Api-Key", "<bot>"))),
        ("", (("Authorization_", "Bearer <owner>"), ("X-Access-Token", "<owner>"))),
    )
)
EXCHANGED = (
    _refused("owner_refresh"),
    _refused("owner_refresh", f"GET {ORG}/members"),
    _refused("invite_token"),
    *(
        Ask(REFRESH, {401}, {"refresh_token": token}, says="invalid refresh token")
        for token in (
            "<owner>",
            "<bot>",
            "<invite_token>",
            "<random>",
            "x" * 64,
            "-" * 64,
            "=" * 64,
            " <keeper_refresh>",
            "<keeper_refresh> ",
            "<keeper_refresh>\n",
            "<keeper_refresh>=",
        )
    ),
    Ask(f"GET {ORG}/service-accounts", {403}, by="bot", says="forbidden"),
)
GONE: tuple[Step, ...] = (
    *join("gone"),
    Ask("GET /me", {200}, by="gone"),
    Sql("UPDATE accounts_user SET is_active = false WHERE id = '<gone_id_hex>'"),
    _refused("gone"),
    Ask(REFRESH, {401}, {"refresh_token": "<gone_refresh>"}, says="invalid refresh token"),
    *apply("turned"),
    Ask("GET /me", {200}, by="turned", keep={"turned_request": "signup_request.id"}),
    Ask(f"POST {ORG}/signup-requests/<turned_request>/deny", {204}, {"notify": False}, by="owner"),
    _refused("turned"),
    _refused("turned", f"GET {ORG}/members"),
    Ask(REFRESH, {401}, {"refresh_token": "<turned_refresh>"}, says="invalid refresh token"),
)


def _switch(*flags: str) -> Ask:
    """The page of somebody who was hired, saved with these boxes ticked."""
    return post("accounts/user/<shut_id>/change/", tuple((flag, "on") for flag in flags), OUT)


SHUT: tuple[Step, ...] = (
    *join("shut"),
    *hire("shut"),
    _switch(),
    *dead("shut"),
    inside("shut", OUT),
    guess("shut", {401}, "<pw>", says="invalid credentials"),
    # Enabled again, they have to log in again.
    _switch("is_staff", "is_active"),
    *dead("shut"),
    inside("shut", OUT),
    log_in("shut"),
    *hire("shut"),
    Sql("UPDATE accounts_user SET is_active = false WHERE id = '<shut_id_hex>'"),
    *dead("shut"),
    inside("shut", OUT),
)
LOWERED = (
    *join("lowered"),
    Ask(f"PUT {ORG}/members/<lowered_id>/roles", {200}, {"role_ids": ["<role>"]}, by="owner"),
    Ask(f"GET {ORG}/roles", {200}, by="lowered"),
    Ask(f"PUT {ORG}/members/<lowered_id>/roles", {200}, {"role_ids": []}, by="owner"),
    Ask(f"GET {ORG}/roles", {403}, by="lowered", says="forbidden"),
    Ask(f"DELETE {ORG}/members/<lowered_id>", {204}, by="owner"),
    Ask(f"GET {ORG}/members", {403}, by="lowered", says="not a member of this organization"),
    log_in("lowered"),
    Ask("GET /organizations", {200}, by="lowered", tells={"organizations": []}),
)

ROWS = [
    Row("T04", "forged headers, claims, payloads and keys", tuple(map(_refused, NAMES))),
    Row(
        "T05",
        "forged tokens at a route of the organization",
        tuple(_refused(name, f"PATCH {ORG}") for name in NAMES),
    ),
    Row("T06", "mutations of a good token", tuple(map(_refused, MUTATION_NAMES))),
    Row("T07", "one kind of token in the place of another", EXCHANGED),
    Row("T10", "disabled and denied after the issue", GONE, writes=True),
    Row("T10b", "disabled by staff: every door, the admin's too", SHUT, writes=True),
    Row("T13", "tokens in other places than the header", ELSEWHERE),
    Row("T14", "roles and membership taken away", LOWERED, writes=True),
]
