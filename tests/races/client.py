"""An HTTP client without state, and the barrier that starts many of its calls at once."""

import http.client
import json
import threading
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from typing import Any, TypeVar

from tests.factories import PASSWORD

ANSWER_SECONDS = 60
BARRIER_SECONDS = 30

Result = TypeVar("Result")


@dataclass(frozen=True)
class Answer:
    """What a server answered, and the tokens in it (empty if there are none)."""

    status: int
    body: dict[str, Any]
    access_token: str
    refresh_token: str

    @property
    def is_success(self) -> bool:
        return self.status < 300

    @property
    def outcome(self) -> str:
        """The code of an error, the status of anything else."""
        return str(self.body.get("code", self.status))


@dataclass(frozen=True)
class Client:
    """Calls an application at `host` (with its port), whose API is at `base`.

    Each call has a connection of its own, so the kernel spreads calls over the workers. The fields
    are the names that the application has for the tokens.
    """

    host: str
    base: str = "/api/v1"
    access_field: str = "access_token"
    refresh_field: str = "refresh_token"

    def register(self, email: str) -> Answer:
        """Register with `PASSWORD`; the first account founds the organization Acme."""
        return self._post(
            "register", {"email": email, "password": PASSWORD, "organization_name": "Acme"}
        )

    def log_in(self, email: str, password: str = PASSWORD) -> Answer:
        return self._post("login", {"email": email, "password": password})

    def refresh(self, refresh_token: str) -> Answer:
        return self._post("refresh", {self.refresh_field: refresh_token})

    def log_out(self, refresh_token: str) -> Answer:
        return self._post("logout", {self.refresh_field: refresh_token})

    def me(self, access_token: str) -> Answer:
        return self.call("GET", "me", access_token)

    def _post(self, name: str, body: dict[str, str]) -> Answer:
        return self.call("POST", f"auth/{name}", body=body)

    def call(self, method: str, path: str, access_token: str = "", body: object = None) -> Answer:
        """Any call of the API."""
        headers = {"Content-Type": "application/json"} if body is not None else {}
        if access_token:
            headers["Authorization"] = f"Bearer {access_token}"
        content = None if body is None else json.dumps(body)
        with closing(http.client.HTTPConnection(self.host, timeout=ANSWER_SECONDS)) as connection:
            connection.request(method, f"{self.base}/{path}", content, headers)
            response = connection.getresponse()
            return self._answer(response.status, response.read())

    def _answer(self, status: int, content: bytes) -> Answer:
        body = json.loads(content) if content else {}
        return Answer(
            status, body, body.get(self.access_field, ""), body.get(self.refresh_field, "")
        )


def race(calls: Sequence[Callable[[], Result]]) -> list[Result]:
    """Run all calls, each in a thread, from one barrier on; the results are in their order.

    Raises what a call raises: no connection is refused or lost without notice.
    """
    barrier = threading.Barrier(len(calls))

    def start(call: Callable[[], Result]) -> Result:
        barrier.wait(BARRIER_SECONDS)
        return call()

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(start, calls))


def outcomes(answers: Iterable[Answer]) -> Counter[str]:
    """How often each outcome occurred."""
    return Counter(answer.outcome for answer in answers)


def server_errors(answers: Iterable[Answer]) -> int:
    """How many answers are 500 or above."""
    return sum(answer.status >= 500 for answer in answers)
