"""A served instance with one account, and access tokens of it that have run out."""

import re
import time
from dataclasses import dataclass

import jwt

from tests.races.client import Answer, Client
from tests.server import Server

EMAIL = "olivia@acme.example"
REFRESHES = re.compile(r'"POST /api/v1/auth/refresh HTTP/1\.1" (\d{3})')


@dataclass
class Stage:
    """The server and who calls it."""

    server: Server

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
        return REFRESHES.findall(self.server.log.read_text(encoding="utf-8"))

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
