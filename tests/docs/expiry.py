"""A served instance with one account, and access tokens of it that have run out."""

import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import jwt

from tests.races.client import Answer, Client
from tests.races.databases import fresh_database
from tests.server import Server, serve

EMAIL = "olivia@acme.example"
REFRESHES = re.compile(r"^POST /api/v1/auth/refresh (\d{3})$", re.MULTILINE)
LIMITS: dict[str, Any] = {"AUTH_RATE_PER_MINUTE": "1000"}


@dataclass
class Stage:
    """The server, and the answers that it gave."""

    server: Server
    notes: Path

    @property
    def api(self) -> str:
        return f"{self.server.url}/api/v1"

    @property
    def client(self) -> Client:
        return Client(self.server.url.removeprefix("http://"))

    def expired(self) -> dict[str, str]:
        """The pair of a new session, an hour after its access token was made."""
        pair = self.client.log_in(EMAIL)
        assert pair.is_success, pair
        return {**pair.body, "access_token": self._aged(pair.access_token)}

    def refreshes(self) -> list[str]:
        """The statuses of all refreshes that reached the server."""
        return REFRESHES.findall(self.notes.read_text(encoding="utf-8"))

    def me(self, access_token: str) -> Answer:
        return self.client.me(access_token)

    def _aged(self, token: str) -> str:
        """The same token as the server would have signed it an hour ago."""
        key = self.server.environment["JWT_SIGNING_KEY"]
        options = {"verify_signature": False}
        claims = jwt.decode(token, options=options)  # type: ignore[arg-type]  # a subset is enough
        hour_ago = int(time.time()) - 3600
        claims |= {"iat": hour_ago, "exp": hour_ago + 900}
        header = jwt.get_unverified_header(token)
        return jwt.encode(claims, key, algorithm="HS256", headers=header)


@contextmanager
def set_stage() -> Iterator[Stage]:
    """A server of its own, on a fresh database."""
    with TemporaryDirectory(prefix="hyperspeed-notes-") as folder, fresh_database() as database:
        notes = Path(folder) / "notes"
        app = "tests.docs.noting"
        with serve(database.url, app=app, NOTES=str(notes), **LIMITS) as server:
            stage = Stage(server, notes)
            assert stage.client.register(EMAIL).is_success
            yield stage
