"""Refreshes and log-outs, in the order in which an attacker tries them; and those who wait."""

from tests.acceptance.calls import fill_in
from tests.acceptance.pages import OUT, hire, inside, post
from tests.acceptance.people import alive, apply, dead, guess, join, log_in
from tests.acceptance.table import Ask, Count, Row, Sql, Step
from tests.matrix.calls import CALLS as ROUTES

LOGIN, REFRESH, LOGOUT = "POST /auth/login", "POST /auth/refresh", "POST /auth/logout"
REGISTER, CHANGE = "POST /auth/register", "POST /me/password"
CREDENTIALS = "invalid credentials"
NEW = "another horse, another battery"
# Everything of an organization; what else a pending account may not do is in the row itself.
PENDING_FORBIDDEN = tuple(
    f"{route.method} {fill_in(route.path)}" for route in ROUTES if "{org}" in route.path
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
    Sql(
        "UPDATE accounts_session SET expires_at = '<in_an_hour>'"
        " WHERE user_id = '<ended_id_hex>' AND expires_at > '<in_an_hour>'"
    ),
    Ask(
        REFRESH,
        {200},
        {"refresh_token": "<ended_refresh>"},
        keep={"ended_refresh": "refresh_token"},
    ),
    # The newest refresh token ends with its session, which has not moved.
    Count(
        "SELECT count(*) FROM token_blacklist_outstandingtoken WHERE expires_at > '<in_an_hour>'"
        " AND id = (SELECT max(id) FROM token_blacklist_outstandingtoken)",
        0,
    ),
    Count(
        "SELECT count(*) FROM accounts_session WHERE user_id = '<ended_id_hex>'"
        " AND expires_at > '<in_an_hour>'",
        0,
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
    *hire("leaver"),
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
    inside("leaver", OUT),
    Ask("POST /auth/logout-all", {401}, by="leaver"),
    alive("owner"),
)
WATCHED: tuple[Step, ...] = (
    *join("watched"),
    Ask("GET /me/sessions", {200}, by="watched", keep={"watched_session": "sessions.0.id"}),
    log_in("watched", "watched2"),
    post(
        "accounts/session/",
        (("action", "end_selected"), ("_selected_action", "<watched_session>")),
        {200},
    ),
    alive("watched"),
    post(
        "accounts/session/",
        (
            ("action", "end_selected"),
            ("confirmed", "yes"),
            ("_selected_action", "<watched_session>"),
        ),
        {302},
    ),
    *dead("watched"),
    alive("watched2"),
    Ask(REFRESH, {200}, {"refresh_token": "<watched2_refresh>"}),
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
    Ask("PATCH /me", {200}, {"display_name": "Wanda"}, by="waiting"),
    log_in("waiting"),
    Ask(LOGOUT, {204}, {"refresh_token": "<waiting_refresh>"}),
    *dead("waiting"),
)

DELETED: tuple[Step, ...] = (
    *join("deleted"),
    *hire("deleted"),
    Sql("UPDATE organizations_invite SET accepted_by_id = NULL"),
    *(
        Sql(f"DELETE FROM {table} WHERE user_id = '<deleted_id_hex>'")  # noqa: S608
        for table in (
            "organizations_membership",
            "token_blacklist_outstandingtoken",
            "accounts_session",
        )
    ),
    Sql("DELETE FROM accounts_user WHERE id = '<deleted_id_hex>'"),
    *dead("deleted"),
    inside("deleted", OUT),
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
    Row("R08b", "a session that staff ended", WATCHED, writes=True),
]
