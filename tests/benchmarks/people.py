"""People who keep asking one node, each over a connection of their own."""

import http.client
import json
from collections.abc import Callable
from typing import Any

PASSWORD = "correct horse battery staple"
TIMEOUT_SECONDS = 60


class Person:
    """Somebody with a session, who talks to one node over one connection."""

    def __init__(self, host: str, number: int, **values: str) -> None:
        """Registers with these values beside the e-mail address and the password."""
        self._connection = http.client.HTTPConnection(host, timeout=TIMEOUT_SECONDS)
        self._network = f"198.18.{number}.1"
        self._account = {"email": f"person{number}@example.com", "password": PASSWORD}
        self._take_pair("register", {**self._account, **values})
        self.home = f"organizations/{self.call('GET', 'organizations')['organizations'][0]['id']}"

    def log_in(self) -> None:
        self._take_pair("login", self._account)

    def refresh(self) -> None:
        self._take_pair("refresh", {"refresh_token": self._refresh_token})

    def me(self) -> None:
        self.call("GET", "me")

    def permissions(self) -> None:
        self.call("GET", f"{self.home}/me/permissions")

    def _take_pair(self, name: str, body: dict[str, str]) -> None:
        pair = self.call("POST", f"auth/{name}", body)
        self._access_token, self._refresh_token = pair["access_token"], pair["refresh_token"]

    def call(self, method: str, path: str, body: object = None) -> dict[str, Any]:
        headers = {"X-Forwarded-For": self._network, "Content-Type": "application/json"}
        if not path.startswith("auth/"):
            headers["Authorization"] = f"Bearer {self._access_token}"
        content = None if body is None else json.dumps(body)
        self._connection.request(method, f"/api/v1/{path}", content, headers)
        response = self._connection.getresponse()
        answer = response.read()
        assert response.status in {200, 201}, answer
        return dict(json.loads(answer))


CALLS: dict[str, Callable[[Person], None]] = {
    "GET /me": Person.me,
    "GET permissions": Person.permissions,
    "refresh": Person.refresh,
    "log-in": Person.log_in,
}
