"""A client of the Hyperspeed API that refreshes by itself: once, however many threads call.

    session = log_in("https://work.example.org/api/v1", "olivia@acme.example", "…")
    with httpx.Client(base_url=session.api, auth=session) as client:
        print(client.get("/organizations").json())

Copy this file, and change it. It needs httpx. (An AsyncClient would need an asyncio.Lock.)
"""

import threading
import time
from collections.abc import Generator

import httpx

Pair = dict[str, str]  # access_token, refresh_token and the rest of a token response


class LoggedOut(Exception):
    """The session has ended: log in again."""


class Store:
    """Keeps the pair in memory; programs that share a session override both methods."""

    def __init__(self, pair: Pair) -> None:
        self._pair = pair

    def load(self) -> Pair:
        return self._pair

    def save(self, pair: Pair) -> None:
        self._pair = pair


class Session(httpx.Auth):
    """Adds the access token to each request; at a 401 trades the refresh token, and asks again."""

    requires_response_body = True

    def __init__(self, api: str, store: Store) -> None:
        self.api, self.store = api, store
        self._one_at_a_time = threading.Lock()

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        used = self.store.load()
        response = yield _signed(request, used)
        if response.status_code != httpx.codes.UNAUTHORIZED:
            return
        with self._one_at_a_time:
            if (pair := self.store.load())["access_token"] == used["access_token"]:
                # Nobody was faster.
                body = {"refresh_token": used["refresh_token"]}
                answer = yield httpx.Request("POST", f"{self.api}/auth/refresh", json=body)
                pair = self._take(answer, used)
        yield _signed(request, pair)

    def _take(self, answer: httpx.Response, used: Pair) -> Pair:
        """The new pair. A 429 or 503 raises, and leaves the old one: try again later."""
        if answer.status_code == httpx.codes.UNAUTHORIZED:
            if answer.json()["code"] == "token_superseded":
                return self._await_winner(used)
            raise LoggedOut(answer.json()["error"])
        pair: Pair = answer.raise_for_status().json()
        self.store.save(pair)
        return pair

    def _await_winner(self, used: Pair) -> Pair:
        """Another program was faster: it has the new pair, and stores it in a moment."""
        for _ in range(50):
            if (pair := self.store.load())["access_token"] != used["access_token"]:
                return pair
            time.sleep(0.1)
        raise LoggedOut("another program has the session, and did not store it")


def _signed(request: httpx.Request, pair: Pair) -> httpx.Request:
    request.headers["Authorization"] = f"Bearer {pair['access_token']}"
    return request


def log_in(api: str, email: str, password: str) -> Session:
    """Begin a session. Raises httpx.HTTPStatusError: 401 for wrong credentials."""
    answer = httpx.post(f"{api}/auth/login", json={"email": email, "password": password})
    return Session(api, Store(answer.raise_for_status().json()))
