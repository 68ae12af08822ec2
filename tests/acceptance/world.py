"""The server that is attacked, its cast, and the names by which rows speak of them."""

import datetime as dt
import json
import re
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from urllib.parse import urlencode, urlsplit

from argon2 import PasswordHasher

from tests.acceptance.forgeries import forge_all
from tests.acceptance.wire import Answer, Request, send
from tests.factories import PASSWORD
from tests.races.databases import Database, fresh_database
from tests.races.mailbox import Mailbox
from tests.server import Server, serve

WORKERS, THREADS = 4, 8
TABLES = (
    *("accounts_user", "accounts_session", "accounts_passwordreset"),
    *("organizations_organization", "organizations_role", "organizations_membership"),
    *("organizations_memberrole", "organizations_invite", "organizations_signuprequest"),
    *("organizations_space", "organizations_spacerole"),
    *("service_accounts_serviceaccount", "service_accounts_serviceaccounttoken"),
    *("token_blacklist_outstandingtoken", "token_blacklist_blacklistedtoken", "django_admin_log"),
)  # not counters, audit events and admin sessions: to be refused leaves its traces there
UNLIMITED = {
    "AUTH_RATE_PER_MINUTE": "100000",
    "REGISTRATIONS_PER_HOUR": "100000",
    "LOGIN_FAILURES_PER_ACCOUNT": "100000",
}


@dataclass
class World:
    """A running application with the names of its cast.

    `names` are tokens, ids and passwords; rows add what they keep.
    """

    server: Server
    database: Database
    names: dict[str, str]
    mailbox: Mailbox | None = None

    @property
    def secrets(self) -> list[str]:
        environment = self.server.environment
        return [environment["SECRET_KEY"], environment["JWT_SIGNING_KEY"]]

    def send(self, request: Request) -> Answer:
        parts = urlsplit(self.server.url)
        return send(parts.hostname or "", parts.port or 0, request)

    def call(self, call: str, body: object = None, token: str = "") -> Any:
        """A good request of the cast; raises for a refusal."""
        method, _, target = call.partition(" ")
        content = b"" if body is None else json.dumps(body).encode()
        headers = [("Host", urlsplit(self.server.url).netloc), ("Connection", "close")]
        headers += [("Content-Type", "application/json")] if content else []
        headers += [("Content-Length", str(len(content)))]
        headers += [("Authorization", f"Bearer {token}")] if token else []
        answer = self.send(Request(method, f"/api/v1{target}", tuple(headers), content))
        if answer.status >= 300:
            raise AssertionError(f"{call}: {answer}")
        return json.loads(answer.content) if answer.content else {}

    def mails(self, to: str = "") -> list[str]:
        """The text of all mails that were sent, or of those to one address."""
        return self.mailbox.mails(to) if self.mailbox else []

    def counts(self) -> dict[str, int]:
        """The number of mails, and of rows of each table that an attacker may not fill."""
        return {"mails": len(self.mails()), **self.database.counts(TABLES)}


@contextmanager
def product(limits: Mapping[str, str] = UNLIMITED) -> Iterator[World]:
    """The product with its whole cast, for two organizations; as a rule without the limits that
    would stop a harness."""
    with TemporaryDirectory(prefix="hyperspeed-mail-") as folder, fresh_database() as database:
        mailbox = Mailbox(Path(folder))
        environment = {**limits, "EMAIL_URL": mailbox.url, "SINGLE_ORGANIZATION": "0"}
        with serve(database.url, workers=WORKERS, threads=THREADS, **environment) as server:
            world = World(server, database, {}, mailbox)
            Casting(world).assemble()
            yield world


class Casting:
    """Builds the cast through the API, and names who and what is in it."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.names = world.names

    def assemble(self) -> None:
        """Everybody and everything that rows speak of."""
        environment = self.world.server.environment
        self.names |= {"pw": PASSWORD, "host": urlsplit(self.world.server.url).netloc}
        self.names |= {"key": environment["JWT_SIGNING_KEY"], "iss": environment["PUBLIC_URL"]}
        self.names |= {"random": str(uuid.uuid4()), "url": self.world.server.url}
        self._organization()
        self._people()
        self._things("", self.names["owner"], self.names["org"])
        self._second_organization()
        self._tokens()
        self._staff()

    def register(self, name: str, **fields: str) -> None:
        """An account; its tokens and its id get its name."""
        body = {"email": f"{name}@acme.example", "password": PASSWORD, **fields}
        pair = self.world.call("POST /auth/register", body)
        self.names[name] = pair["access_token"]
        self.names[f"{name}_refresh"] = pair["refresh_token"]
        me = self.world.call("GET /me", token=self.names[name])
        self.names[f"{name}_id"] = me["id"]
        self.names[f"{name}_hex"] = me["id"].replace("-", "")

    def _organization(self) -> None:
        self.register("owner", organization_name="Acme")
        organizations = self.world.call("GET /organizations", token=self.names["owner"])
        self.names["org"] = organizations["organizations"][0]["id"]
        self.names["org_hex"] = self.names["org"].replace("-", "")

    def _people(self) -> None:
        for name in ("member", "helper", "outsider", "disabled", "keeper", "rival", "boss"):
            self.register(name, invite_token=self._invite())
        for name in ("pending", "denied"):
            self.register(name)
        owner, home = self.names["owner"], f"/organizations/{self.names['org']}"
        requests = self.world.call(f"GET {home}/signup-requests", token=owner)["signup_requests"]
        ids = {request["email"].partition("@")[0]: request["id"] for request in requests}
        self.names |= {"request": ids["pending"], "denied_request": ids["denied"]}
        self.names["request_hex"] = ids["pending"].replace("-", "")
        deny = f"POST {home}/signup-requests/{ids['denied']}/deny"
        self.world.call(deny, {"notify": False}, owner)
        for name in ("outsider", "rival"):
            self.world.call(f"DELETE {home}/members/{self.names[name + '_id']}", token=owner)
        disabled, database = self.names["disabled_hex"], self.world.database
        database.execute(f"UPDATE accounts_user SET is_active = false WHERE id = '{disabled}'")  # noqa: S608

    def _invite(self) -> str:
        owner, home = self.names["owner"], f"/organizations/{self.names['org']}"
        return str(self.world.call(f"POST {home}/invites", token=owner)["token"])

    def _second_organization(self) -> None:
        rival = self.names["rival"]
        made = self.world.call("POST /organizations", {"name": "Rivals"}, rival)
        self.names["rival_org"] = made["id"]
        self._things("rival_", rival, made["id"])

    def _things(self, prefix: str, token: str, organization: str) -> None:
        """A role, a space, a service account with its token, an invite; named with the prefix."""
        home, call = f"/organizations/{organization}", self.world.call
        role = {"name": "Helper", "permissions": ["board.read", "org.members.manage"]}
        roles = call(f"GET {home}/roles", token=token)["roles"]
        made = {
            "owner_role": roles[0]["id"],
            "role": call(f"POST {home}/roles", role, token)["role"]["id"],
            "space": call(f"POST {home}/spaces", {"name": "Space"}, token)["id"],
            "invite": (invite := call(f"POST {home}/invites", token=token))["invite"]["id"],
            "invite_token": invite["token"],
        }
        account = {"name": "Bot", "role_ids": [made["role"]]}
        created = call(f"POST {home}/service-accounts", account, token)
        made["account"] = created["service_account"]["id"]
        made["account_user"] = created["service_account"]["user_id"]
        made["bot"] = created["token"]
        tokens = call(f"GET {home}/service-accounts/{made['account']}/tokens", token=token)
        made["sa_token"] = tokens["tokens"][0]["id"]
        made |= {f"{name}_hex": value.replace("-", "") for name, value in made.items()}
        self.names |= {prefix + name: value for name, value in made.items()}

    def _tokens(self) -> None:
        """The helper gets the helper's role; the ids of the owner's session are told apart."""
        owner, home = self.names["owner"], f"/organizations/{self.names['org']}"
        roles = {"role_ids": [self.names["role"]]}
        self.world.call(f"PUT {home}/members/{self.names['helper_id']}/roles", roles, owner)
        sessions = self.world.call("GET /me/sessions", token=owner)["sessions"]
        self.names["session"] = sessions[0]["id"]
        now, form = dt.datetime.now(dt.UTC), "%Y-%m-%d %H:%M:%S"
        self.names["second_ago"] = (now - dt.timedelta(seconds=1)).strftime(form)
        self.names["in_an_hour"] = (now + dt.timedelta(hours=1)).strftime(form)
        self.names["old_hash"] = "argon2" + PasswordHasher(time_cost=1, memory_cost=64).hash(
            PASSWORD
        )
        self.names |= forge_all(owner, self.names["key"])
        self.names |= {
            "upper": self.names["org"].upper(),
            "bare": self.names["org"].replace("-", ""),
        }

    def _staff(self) -> None:
        """A superuser, and the cookies of their session in the admin."""
        boss = self.names["boss_hex"]
        rights = "is_staff = true, is_superuser = true"
        self.world.database.execute(f"UPDATE accounts_user SET {rights} WHERE id = '{boss}'")  # noqa: S608
        csrf = "a" * 32
        form = {"csrfmiddlewaretoken": csrf, "username": "boss@acme.example", "password": PASSWORD}
        content = urlencode(form).encode()
        headers = (
            *(("Host", self.names["host"]), ("Connection", "close")),
            *(("Cookie", f"csrftoken={csrf}"), ("Content-Length", str(len(content)))),
            ("Content-Type", "application/x-www-form-urlencoded"),
        )
        answer = self.world.send(Request("POST", "/admin/login/", headers, content))
        session = re.search(r"sessionid=\w+", answer.header("Set-Cookie") or "")
        if session is None:
            raise AssertionError(f"no session in the admin: {answer}")
        self.names["admin_cookie"] = f"csrftoken={csrf}; {session[0]}"
