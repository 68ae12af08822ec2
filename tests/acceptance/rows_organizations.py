"""Organizations and roles: what is foreign does not exist, and nobody rises by themselves."""

import re

from tests.acceptance.people import join
from tests.acceptance.table import Ask, Count, Row, Sql, Step
from tests.matrix.calls import CALLS as ROUTES

ORG = "/organizations/<org>"
STRANGER = "not a member of this organization"
BOTS = f"{ORG}/service-accounts"
OBJECTS = {
    "org": "<org>", "user": "<rival_id>", "role": "<rival_role>", "space": "<rival_space>",
    "token": "x", "account": "<rival_account>", "sa_token": "<rival_sa_token>",
    "invite": "<rival_invite>", "request": "<request>", "session": "<session>",
}  # fmt: skip


RIVALS = re.compile("<rival_[a-z_]+>")


def _foreign() -> tuple[Step, ...]:
    """Every route of an organization, for a foreign one and for none: the same bytes."""
    steps: list[Step] = []
    for route in ROUTES:
        if "{org}" not in route.path:
            continue
        for by in ("owner", "bot", "member", "outsider"):
            for home in ("<rival_org>", "<random>"):
                path = route.path.replace("{org}", home)
                for name, value in OBJECTS.items():
                    path = path.replace("{" + name + "}", value)
                twin = f"{route.name} by {by}"
                body = route.body or None
                steps.append(
                    Ask(f"{route.method} {path}", {403}, body, by=by, says=STRANGER, twin=twin)
                )
    return tuple(steps)


def _smuggled() -> tuple[Step, ...]:
    """A foreign thing under one's own organization does not exist."""
    paths = (
        ("GET", "spaces/<rival_space>"),
        ("PATCH", "spaces/<rival_space>"),
        ("DELETE", "spaces/<rival_space>"),
        ("GET", "spaces/<rival_space>/access"),
        ("GET", "spaces/<rival_space>/accessible-members"),
        ("PATCH", "roles/<rival_role>"),
        ("DELETE", "roles/<rival_role>"),
        ("DELETE", "invites/<rival_invite>"),
        ("GET", "service-accounts/<rival_account>"),
        ("PATCH", "service-accounts/<rival_account>"),
        ("DELETE", "service-accounts/<rival_account>"),
        ("GET", "service-accounts/<rival_account>/tokens"),
        ("POST", "service-accounts/<rival_account>/tokens"),
        ("DELETE", "members/<rival_id>"),
        ("GET", "members/<rival_id>/roles"),
        ("DELETE", "service-accounts/<account>/tokens/<rival_sa_token>"),
        ("POST", "service-accounts/<account>/tokens/<rival_sa_token>/rotate"),
    )
    return tuple(
        Ask(
            f"{method} {ORG}/{target}",
            {404},
            "{}" if method == "PATCH" else None,
            by="owner",
            twin=twin,
        )
        for method, path in paths
        for twin in [f"{method} {path}"]
        for target in (path, RIVALS.sub("<random>", path))
    )


RISEN: tuple[Step, ...] = (
    *(
        Ask(
            f"PUT {ORG}/members/<{who}_id>/roles",
            {403},
            {"role_ids": ["<owner_role>"]},
            by="helper",
        )
        for who in ("helper", "member")
    ),
    Ask(f"PUT {ORG}/members/<owner_id>/roles", {403}, {"role_ids": []}, by="helper"),
    Ask(f"DELETE {ORG}/members/<owner_id>", {403}, by="helper"),
    Ask(f"PUT {ORG}/members/<member_id>/roles", {403}, {"role_ids": ["<role>"]}, by="member"),
    Ask(f"POST {ORG}/roles", {403}, {"name": "Up", "permissions": ["org.manage"]}, by="helper"),
    Ask(f"PATCH {ORG}/roles/<role>", {403}, {"permissions": ["org.manage"]}, by="helper"),
    Ask(f"PATCH {ORG}/roles/<owner_role>", {400, 403}, {"name": "Mine"}, by="helper"),
    Ask(
        f"PATCH {ORG}/roles/<owner_role>",
        {400},
        {"name": "Mine"},
        by="owner",
        says="cannot rename system role",
    ),
    Ask(f"DELETE {ORG}/roles/<owner_role>", {400}, by="owner", says="cannot delete owner role"),
    Ask(
        f"PUT {ORG}/members/<member_id>/roles",
        {400},
        {"role_ids": ["<rival_role>"]},
        by="owner",
        says="unknown role",
    ),
    Ask(
        f"PUT {ORG}/members/<rival_id>/roles",
        {404},
        {"role_ids": []},
        by="owner",
        says="member not found",
    ),
    Ask(f"POST {BOTS}", {403}, {"name": "Up", "role_ids": ["<owner_role>"]}, by="helper"),
    Ask(
        f"POST {BOTS}",
        {400},
        {"name": "Up", "role_ids": ["<owner_role>"]},
        by="owner",
        says="service accounts cannot be owners",
    ),
    Ask(
        f"PUT {ORG}/members/<account_user>/roles", {400}, {"role_ids": ["<owner_role>"]}, by="owner"
    ),
)
OWNERS = (
    "SELECT count(*) FROM organizations_memberrole r"
    " JOIN organizations_membership m ON m.id = r.membership_id"
    " JOIN accounts_user u ON u.id = m.user_id"
    " WHERE r.role_id = '<owner_role_hex>' AND u.is_active"
)
ROLES = f"PUT {ORG}/members/<{{}}_id>/roles"
LAST: tuple[Step, ...] = (
    Ask(
        f"PUT {ORG}/members/<owner_id>/roles",
        {409},
        {"role_ids": []},
        by="owner",
        says="last_owner",
    ),
    Ask(
        f"PUT {ORG}/members/<owner_id>/roles",
        {409},
        {"role_ids": ["<role>"]},
        by="owner",
        says="last_owner",
    ),
    Ask(f"DELETE {ORG}/members/<owner_id>", {400}, by="owner", says="cannot remove yourself"),
    Ask(f"DELETE {ORG}/members/<owner_id>", {403}, by="bot"),
    Ask("PATCH /me", {200}, {"is_active": False}, by="owner"),
    # An owner who cannot log in is none.
    *join("deputy"),
    Ask(ROLES.format("deputy"), {200}, {"role_ids": ["<owner_role>"]}, by="owner"),
    Sql("UPDATE accounts_user SET is_active = false WHERE id = '<deputy_id_hex>'"),
    Ask(ROLES.format("owner"), {409}, {"role_ids": []}, by="owner", says="last_owner"),
    Sql("UPDATE accounts_user SET is_active = true WHERE id = '<deputy_id_hex>'"),
    # Of two who can, one may go, and then no other.
    Ask(ROLES.format("owner"), {200}, {"role_ids": []}, by="deputy"),
    Ask(ROLES.format("deputy"), {409}, {"role_ids": []}, by="deputy", says="last_owner"),
    Ask(f"DELETE {ORG}/members/<deputy_id>", {400}, by="deputy", says="cannot remove yourself"),
    Ask(ROLES.format("owner"), {200}, {"role_ids": ["<owner_role>"]}, by="deputy"),
    Ask(f"DELETE {ORG}/members/<deputy_id>", {204}, by="owner"),
    Ask(ROLES.format("owner"), {409}, {"role_ids": []}, by="owner", says="last_owner"),
    Count(OWNERS, 1),
)

ROWS = [
    Row("O01", "foreign organizations are as unknown ones", _foreign()),
    Row("O01b", "foreign things under one's own organization", _smuggled()),
    Row("O02", "rights above one's own", RISEN),
    Row("O03", "the last owner", LAST, writes=True),
]
