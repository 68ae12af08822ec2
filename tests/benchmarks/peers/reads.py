"""The GETs, without a framework: the product's answers from the statements of `sql`."""

import datetime as dt
import uuid
from typing import Any

from accounts.tokens import digest
from service_accounts.tokens import is_well_formed
from tests.benchmarks.peers import sql, tokens
from tests.benchmarks.peers.database import Database

Body = dict[str, Any]


class Caller:
    """Who calls: the principal, and the service account if it is one."""

    def __init__(self, database: Database, authorization: str) -> None:
        raw = authorization.removeprefix("Bearer ")
        now = dt.datetime.now(dt.UTC)
        self.account: Body | None = None
        if raw.startswith("sa_"):
            if not is_well_formed(raw):
                raise PermissionError
            row = database.rows(sql.SERVICE_ACCOUNT_TOKEN, digest=digest(raw), now=now)[0]
            account = row[len(sql.PRINCIPAL_COLUMNS) :]
            self.account = {"id": str(account[0]), "organization_id": str(account[1])}
        else:
            user, session = tokens.read(raw)
            row = database.rows(sql.SESSION, user=user, session=session, now=now)[0]
        self.user: Body = dict(zip(sql.PRINCIPAL_COLUMNS, row, strict=False))

    @property
    def is_pending(self) -> bool:
        return bool(self.user["signup_status"] == "pending")


def organizations(database: Database, authorization: str) -> Body:
    caller = Caller(database, authorization)
    rows = database.rows(sql.ORGANIZATIONS, user=caller.user["id"])
    may_create = not rows and caller.user["kind"] == "human" and not caller.is_pending
    listed = [
        {
            "id": str(identifier),
            "name": name,
            "slug": slug,
            "open_signups_enabled": is_open,
            "intended_public_url": url,
            "created_at": _time(created_at),
        }
        for identifier, name, slug, is_open, url, created_at in rows
    ]
    return {"organizations": listed, "can_create_organization": may_create}


def spaces(database: Database, authorization: str, organization: uuid.UUID) -> Body:
    values = _standing(database, authorization, organization)
    listed = [
        {
            "id": str(identifier),
            "organization_id": str(organization_id),
            "name": name,
            "description": description,
            "created_at": _time(created_at),
        }
        for identifier, organization_id, name, description, created_at in database.rows(
            sql.SPACES, **values
        )
    ]
    return {"spaces": listed}


def access_summary(database: Database, authorization: str, organization: uuid.UUID) -> Body:
    values = _standing(database, authorization, organization)
    rows = database.rows(sql.SPACE_ACCESS, **values)
    return {"projects": [{"project_id": str(pk), "can_access": may} for pk, _, may in rows]}


def me(database: Database, authorization: str) -> Body:
    caller = Caller(database, authorization)
    user = caller.user
    body = {
        "id": str(user["id"]),
        "email": user["email"],
        "display_name": user["display_name"] or None,
        "created_at": _time(user["created_at"]),
        "service_account": caller.account,
        "signup_pending": caller.is_pending,
    }
    for row in database.rows(sql.SIGNUP_REQUEST, user=user["id"]):
        request = {"id": str(row[0]), "organization_id": str(row[1]), "status": row[3]}
        body["signup_request"] = request
    return body


def _standing(database: Database, authorization: str, organization: uuid.UUID) -> Body:
    """What the statements about spaces need, of a member who holds board.read and no key."""
    caller = Caller(database, authorization)
    user = caller.user["id"]
    held = database.rows(sql.ACCESS, user=user, organization=organization)
    if not any("board.read" in permissions for _, _, permissions in held):
        raise PermissionError
    flags = {"enters_all": False, "enters_open": True}
    return {"user": user, "organization": organization, **flags}


def _time(value: dt.datetime) -> str:
    return value.isoformat().replace("+00:00", "Z")
