"""Service accounts: who mints their tokens, when these die, and what they never open."""

from tests.acceptance.calls import fill_in
from tests.acceptance.people import alive
from tests.acceptance.table import Ask, Count, Mails, Row, Sql, Step
from tests.matrix.calls import CALLS as ROUTES

ORG = "/organizations/<org>"
BOTS = f"{ORG}/service-accounts"
MINTED: tuple[Step, ...] = (
    *(
        Ask(
            call,
            {401},
            {"name": "x", "user_id": "<owner_id>", "owner": "<owner_id>", "scopes": ["*"]},
        )
        for call in (
            f"POST {BOTS}",
            f"POST {BOTS}/<account>/tokens",
            f"POST {BOTS}/<account>/tokens/<sa_token>/rotate",
        )
    ),
    *(
        Ask(call, {403}, {"name": "x"}, by=by)
        for call in (
            f"POST {BOTS}",
            f"POST {BOTS}/<account>/tokens",
            f"POST {BOTS}/<account>/tokens/<sa_token>/rotate",
        )
        for by in ("member", "bot", "outsider", "pending", "rival", "rival_bot")
    ),
)
KEPT: tuple[Step, ...] = (
    Ask(
        f"PATCH {BOTS}/<account>",
        {200},
        {
            "owner": "<member_id>",
            "organization_id": "<rival_org>",
            "user_id": "<owner_id>",
            "role_ids": ["<owner_role>"],
            "created_by": "<member_id>",
            "id": "<random>",
            "token": "x",
        },
        by="owner",
        lacks=("<bot>", "<rival_org>", "<member_id>"),
    ),
    Count(
        "SELECT count(*) FROM service_accounts_serviceaccount WHERE id = '<account_hex>'"
        " AND user_id = '<account_user_hex>' AND organization_id = '<org_hex>'"
        " AND created_by_id = '<owner_hex>'",
        1,
    ),
    *(
        Ask(f"GET {path}", {200}, by="owner", lacks=("<bot>", "sa_0", '"token":', '"digest"'))
        for path in (
            BOTS,
            f"{BOTS}/<account>",
            f"{BOTS}/<account>/tokens",
            f"{ORG}/members",
            "/me",
            ORG,
        )
    ),
)
SWITCHED: tuple[Step, ...] = (
    Ask(
        f"POST {BOTS}/<account>/tokens",
        {201},
        by="owner",
        keep={"k1": "token", "k1_id": "token_info.id"},
    ),
    alive("k1"),
    Ask(
        f"POST {BOTS}/<account>/tokens/<k1_id>/rotate",
        {201},
        by="owner",
        keep={"k2": "token", "k2_id": "token_info.id"},
    ),
    Ask("GET /me", {401}, by="k1", says="unauthorized"),
    Ask(
        f"POST {BOTS}/<account>/tokens/<k1_id>/rotate",
        {409},
        by="owner",
        says="token is not active",
    ),
    alive("k2"),
    Ask(f"PATCH {BOTS}/<account>", {200}, {"is_active": False}, by="owner"),
    Ask("GET /me", {401}, by="k2", says="unauthorized"),
    Ask("GET /me", {401}, by="bot", says="unauthorized"),
    Ask(f"PATCH {BOTS}/<account>", {200}, {"is_active": True}, by="owner"),
    alive("k2"),
    alive("bot"),
    Sql(
        "UPDATE service_accounts_serviceaccounttoken SET expires_at = '<second_ago>'"
        " WHERE id = '<k2_id_hex>'"
    ),
    Ask("GET /me", {401}, by="k2", says="unauthorized"),
    Ask(
        f"POST {BOTS}/<account>/tokens",
        {201},
        by="owner",
        keep={"k3": "token", "k3_id": "token_info.id"},
    ),
    Ask(f"DELETE {BOTS}/<account>/tokens/<k3_id>", {204}, by="owner"),
    Ask("GET /me", {401}, by="k3", says="unauthorized"),
    Ask(
        f"POST {BOTS}",
        {201},
        {"name": "Doomed"},
        by="owner",
        keep={
            "doomed": "token",
            "doomed_id": "service_account.id",
            "doomed_user": "service_account.user_id",
        },
    ),
    alive("doomed"),
    Sql("UPDATE accounts_user SET is_active = false WHERE id = '<doomed_user_hex>'"),
    Ask("GET /me", {401}, by="doomed", says="unauthorized"),
    Sql("UPDATE accounts_user SET is_active = true WHERE id = '<doomed_user_hex>'"),
    alive("doomed"),
    Ask(f"DELETE {BOTS}/<doomed_id>", {204}, by="owner"),
    Ask("GET /me", {401}, by="doomed", says="unauthorized"),
)
BOUNDARY: tuple[Step, ...] = (
    *(
        Ask(
            f"{route.method} {fill_in(route.path)}",
            {403},
            route.body or None,
            by="bot",
            says="forbidden",
        )
        for route in ROUTES
        if route.is_for_people
    ),
    Ask(
        "POST /auth/refresh",
        {401},
        {"refresh_token": "<bot>"},
        by="bot",
        says="invalid refresh token",
    ),
    Ask(
        "POST /auth/login",
        {401},
        {"email": "<account>@service-accounts.invalid", "password": "<bot>"},
        by="bot",
    ),
    Ask(
        "POST /auth/password/forgot",
        {202},
        {"email": "<account>@service-accounts.invalid"},
        by="bot",
    ),
    Count("SELECT count(*) FROM accounts_session WHERE user_id = '<account_user_hex>'", 0),
    Count("SELECT count(*) FROM accounts_passwordreset WHERE user_id = '<account_user_hex>'", 0),
    Mails("<account>@service-accounts.invalid", 0),
    Ask("GET /admin/", {302}, by="bot", is_page=True),
    Ask("GET /admin/", {302}, by="owner", is_page=True),
)

ROWS = [
    Row("K01", "tokens that nobody may mint", MINTED),
    Row("K02", "what a service account keeps, and never shows", KEPT),
    Row("K05", "tokens that died", SWITCHED, writes=True),
    Row("K06", "what a service account never may", BOUNDARY, writes=True),
]
