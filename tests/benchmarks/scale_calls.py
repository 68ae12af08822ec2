"""People and a program who call one installation, and how long they wait for the answers."""

import http.client
import json
import random
import statistics
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from typing import Any
from urllib.parse import urlsplit

from tests.benchmarks.installation import PASSWORD
from tests.server import Server

ANSWER_SECONDS = 60
CAN_LOG_IN = frozenset({0, 4, 5, 6, 7, 8, 9})  # the last digit of the others, who cannot, is 1 to 3


class Caller:
    """Somebody of the crowd with a session, and with the token of a service account."""

    def __init__(self, server: Server, emails: list[str], robot_token: str) -> None:
        self._host = urlsplit(server.url).netloc
        self._emails = emails
        self._robot_token = robot_token
        self._tokens = self._log_in()
        organizations = self._call("GET", "organizations", self._tokens["access_token"])
        self._spaces = f"organizations/{organizations['organizations'][0]['id']}/spaces"
        self.seconds = 0.0

    @property
    def calls(self) -> dict[str, Callable[[], object]]:
        """What is measured, by its name."""
        jwt = self._tokens["access_token"]
        return {
            "GET /organizations, JWT": lambda: self._call("GET", "organizations", jwt),
            "GET /organizations, sa_": lambda: self._call(
                "GET", "organizations", self._robot_token
            ),
            "GET .../spaces, JWT": lambda: self._call("GET", self._spaces, jwt),
            "GET /me, JWT": lambda: self._call("GET", "me", jwt),
            "POST login": self._log_in,
            "POST refresh": self._refresh,
        }

    def milliseconds(self, name: str, times: int) -> list[float]:
        """How long each of so many calls took."""
        call, found = self.calls[name], []
        for _ in range(times):
            call()
            found.append(1000 * self.seconds)
        return found

    def _log_in(self) -> dict[str, Any]:
        """As anybody, so that the rows of one person are not all that is in memory."""
        body = {"email": random.choice(self._emails), "password": PASSWORD}  # noqa: S311
        return self._call("POST", "auth/login", body=body)

    def _refresh(self) -> None:
        body = {"refresh_token": self._tokens["refresh_token"]}
        self._tokens = self._call("POST", "auth/refresh", body=body)

    def _call(self, method: str, path: str, token: str = "", body: object = None) -> dict[str, Any]:
        """On a connection of its own, so that the kernel spreads calls over the workers."""
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        content = None if body is None else json.dumps(body)
        if body is not None:
            headers["Content-Type"] = "application/json"
        with closing(http.client.HTTPConnection(self._host, timeout=ANSWER_SECONDS)) as connection:
            connection.connect()
            started = time.perf_counter()
            connection.request(method, f"/api/v1/{path}", content, headers)
            response = connection.getresponse()
            answer = response.read()
            self.seconds = time.perf_counter() - started
        assert response.status == 200, (path, response.status, answer)
        return dict(json.loads(answer))


def callers(server: Server, *, users: int, count: int) -> list[Caller]:
    """So many people, with sessions of the crowd's."""
    numbers = [number for number in range(1, users + 1) if number % 10 in CAN_LOG_IN]
    emails = [f"crowd{number}@example.com" for number in numbers]
    done = server.manage("create_service_account", "Benchmark", "--organization", "acme")
    assert done.returncode == 0, done.stderr
    return [Caller(server, emails, done.stdout.strip()) for _ in range(count)]


def median_of(people: list[Caller], name: str, times: int) -> float:
    """The median milliseconds of a call, when all of them call at once, so many times each."""
    with ThreadPoolExecutor(len(people)) as pool:
        found = pool.map(lambda one: one.milliseconds(name, times), people)
        return float(statistics.median(value for values in found for value in values))
