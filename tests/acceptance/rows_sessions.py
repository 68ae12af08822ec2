"""Refreshes and log-outs, in the order in which an attacker tries them; and those who wait."""

from tests.acceptance.people import alive, apply, dead, guess, join, log_in
from tests.acceptance.table import Ask, Count, Row, Sql, Step

ORG = "/organizations/<org>"
LOGIN, REFRESH, LOGOUT = "POST /auth/login", "POST /auth/refresh", "POST /auth/logout"
REGISTER, CHANGE = "POST /auth/register", "POST /me/password"
CREDENTIALS = "invalid credentials"
NEW = "another horse, another battery"
PENDING_FORBIDDEN = tuple(
    f"{method} {ORG}{path}"
    for method, path in (
        ("GET", ""),
        ("PATCH", ""),
        ("GET", "/features"),
        ("GET", "/members"),
        ("GET", "/roles"),
        ("GET", "/invites"),
        ("POST", "/invites"),
        ("GET", "/signup-requests"),
        ("GET", "/spaces"),
        ("POST", "/spaces"),
        ("GET", "/spaces/access-summary"),
        ("GET", "/spaces/<space>"),
        ("GET", "/service-accounts"),
        ("POST", "/service-accounts"),
        ("GET", "/me/permissions"),
        ("POST", "/signup-requests/<request>/approve"),
        ("POST", "/signup-requests/<request>/deny"),
        ("DELETE", "/members/<member_id>"),
        ("POST", "/roles"),
        ("DELETE", "/spaces/<space>"),
    )
)


ROTATION: tuple[Step, ...] = (
    log_in("keeper", "r1"),
    Ask(REFRESH, {200}, {"refresh_token": "<r1_refresh>"}, keep={"r2_refresh": "refresh_token"}),
    Ask(
        REFRESH,
        {401},
        {"refresh_token": "<r1_refresh>"},
        says="invalid refresh token",
        code="token_superseded",
    ),
    Ask(
        REFRESH,
        {200},
        {"refresh_token": "<r2_refresh>"},
        keep={"r3": "access_token", "r3_refresh": "refresh_token"},
    ),
    alive("r3"),
)
AGED = "UPDATE token_blacklist_blacklistedtoken SET blacklisted_at = '2020-01-01 00:00:00'"
THEFT: tuple[Step, ...] = (
    log_in("keeper", "other_login"),
    log_in("keeper", "t1"),
    Ask(
        REFRESH,
        {200},
        {"refresh_token": "<t1_refresh>"},
        keep={"t2": "access_token", "t2_refresh": "refresh_token"},
    ),
    Sql(AGED),
    Ask(
        REFRESH,
        {401},
        {"refresh_token": "<t1_refresh>"},
        says="invalid refresh token",
        code="token_reused",
    ),
    *dead("t1"),
    *dead("t2"),
    alive("other_login"),
    Ask(REFRESH, {200}, {"refresh_token": "<other_login_refresh>"}),
    Count("SELECT count(*) FROM accounts_auditevent WHERE action LIKE '%reused%' LIMIT 1", 1),
)
ENDED: tuple[Step, ...] = (
    *join("ended"),
    Sql(
        "UPDATE accounts_session SET expires_at = '2020-01-01 00:00:00'"
        " WHERE user_id = '<ended_id_hex>'"
    ),
    *dead("ended"),
    log_in("ended"),
    Ask(
        REFRESH,
        {200},
        {"refresh_token": "<ended_refresh>"},
        keep={"ended_refresh": "refresh_token"},
    ),
    Sql(
        "UPDATE token_blacklist_outstandingtoken SET expires_at = '2020-01-01 00:00:00'"
        " WHERE user_id = '<ended_id_hex>'"
    ),
    Ask(REFRESH, {401}, {"refresh_token": "<ended_refresh>"}, says="invalid refresh token"),
)
LEFT: tuple[Step, ...] = (
    log_in("keeper", "left"),
    Ask(LOGOUT, {204}, {"refresh_token": "<left_refresh>"}),
    *dead("left"),
    Ask(LOGOUT, {204}, {"refresh_token": "<left_refresh>"}),
    *(
        Ask(LOGOUT, {204}, {"refresh_token": token})
        for token in (
            "x",
            "<random>",
            "<owner>",
            "<bot>",
            "x" * 64,
            "\U0001f600",
            "a" * 100_000,
            "<t9>",
            "-" * 64,
        )
    ),
    Ask(LOGOUT, {400}, {}, says="refresh_token required"),
    Ask(LOGOUT, {400}, {"refresh_token": ""}, says="refresh_token required"),
    Ask(LOGOUT, {400}, {"refresh_token": None}, says="refresh_token required"),
    Ask(LOGOUT, {400}, None, says="invalid json"),
    alive("keeper"),
    alive("owner"),
    log_in("keeper", "spent"),
    Ask(
        REFRESH,
        {200},
        {"refresh_token": "<spent_refresh>"},
        keep={"next": "access_token", "next_refresh": "refresh_token"},
    ),
    Ask(LOGOUT, {204}, {"refresh_token": "<spent_refresh>"}),
    *dead("next"),
)
ALL_LEFT: tuple[Step, ...] = (
    *join("leaver"),
    log_in("leaver", "leaver2"),
    log_in("leaver", "leaver3"),
    Ask("GET /me/sessions", {200}, by="leaver2", keep={"leaver_session": "sessions.0.id"}),
    Ask("DELETE /me/sessions/<leaver_session>", {404}, by="owner", says="session not found"),
    Ask("DELETE /me/sessions/<session>", {404}, by="leaver", says="session not found"),
    alive("leaver"),
    Ask("POST /auth/logout-all", {403}, by="bot", says="forbidden"),
    Ask("POST /auth/logout-all", {204}, by="leaver"),
    *dead("leaver"),
    *dead("leaver2"),
    *dead("leaver3"),
    Ask("POST /auth/logout-all", {401}, by="leaver"),
    alive("owner"),
)
WAITING: tuple[Step, ...] = (
    *apply("waiting"),
    log_in("waiting"),
    Ask(
        LOGIN,
        {200},
        {"email": "waiting@acme.example", "password": "<pw>"},
        tells={"signup_pending": True},
    ),
    Ask(REFRESH, {200}, {"refresh_token": "<waiting_refresh>"}, tells={"signup_pending": True}),
    Ask("GET /me", {200}, by="waiting", tells={"signup_pending": True}),
    Ask("GET /me/sessions", {200}, by="waiting"),
    Ask(
        "GET /organizations",
        {200},
        by="waiting",
        tells={"organizations": [], "can_create_organization": False},
    ),
    Ask("POST /organizations", {403}, {"name": "Mine"}, by="waiting"),
    *(
        Ask(call, {403}, by="waiting", lacks=("owner@acme.example", "Acme"))
        for call in PENDING_FORBIDDEN
    ),
)

DELETED: tuple[Step, ...] = (
    *apply("deleted"),
    Sql("DELETE FROM organizations_signuprequest WHERE user_id = '<deleted_id_hex>'"),
    Sql("DELETE FROM token_blacklist_outstandingtoken WHERE user_id = '<deleted_id_hex>'"),
    Sql("DELETE FROM accounts_session WHERE user_id = '<deleted_id_hex>'"),
    Sql("DELETE FROM accounts_user WHERE id = '<deleted_id_hex>'"),
    *dead("deleted"),
    guess("deleted", {401}, "<pw>", says="invalid credentials"),
    Ask(LOGOUT, {204}, {"refresh_token": "<deleted_refresh>"}),
)

ROWS = [
    Row("R05", "tokens of somebody who was deleted", DELETED, writes=True),
    Row("L02", "what a pending account may do", WAITING, writes=True),
    Row("R01", "a refresh token is spent by its use", ROTATION, writes=True),
    Row("R02", "a spent token after the leeway", THEFT, writes=True),
    Row("R03", "sessions and refresh tokens past their end", ENDED, writes=True),
    Row("R06", "log-out, twice, with garbage, with a spent token", LEFT, writes=True),
    Row("R08", "all sessions ended, and nobody else's", ALL_LEFT, writes=True),
]
