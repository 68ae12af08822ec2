"""The demo's HTTP client."""

import json
import urllib.error
import urllib.request
from dataclasses import dataclass
from http.cookiejar import CookieJar
from typing import Any, Final

USER_AGENT: Final = "hyperspeed-demo"
TIMEOUT_SECONDS: Final = 20


class StepFailed(Exception):
    """A step of the story did not hold."""

    def __init__(self, step: str, expected: object, got: object) -> None:
        self.step, self.expected, self.got = step, expected, got
        super().__init__(step)


@dataclass(frozen=True)
class Answer:
    """What the server said to one request."""

    status: int
    headers: dict[str, str]  # by lower-case name
    text: str

    @property
    def body(self) -> dict[str, Any]:
        """The JSON object; empty where there is none."""
        return json.loads(self.text) if self.text.startswith("{") else {}

    def __getitem__(self, name: str) -> Any:
        """A field of the body; raises StepFailed if it is not there."""
        if name not in self.body:
            raise StepFailed(f"the answer has a field {name}", name, sorted(self.body))
        return self.body[name]


class Client:
    """HTTP with cookies; a redirect or a refusal is an answer like any other."""

    def __init__(self, base_url: str) -> None:
        self._base_url = base_url
        self._opener = urllib.request.build_opener(
            urllib.request.ProxyHandler({}),  # the server is here, whatever the environment says
            urllib.request.HTTPCookieProcessor(CookieJar()),
            _NoRedirect(),
        )

    def send(self, method: str, path: str, data: bytes | None = None, **headers: str) -> Answer:
        """Raises StepFailed if no answer comes."""
        fields = {name.replace("_", "-"): value for name, value in headers.items()}
        request = urllib.request.Request(  # noqa: S310  (our own server)
            self._base_url + path, data, {"User-Agent": USER_AGENT, **fields}, method=method
        )
        try:
            response = self._opener.open(request, timeout=TIMEOUT_SECONDS)
        except urllib.error.HTTPError as refusal:
            response = refusal
        except OSError as error:
            raise StepFailed(f"{method} {path} is answered", "an answer", error) from error
        with response:
            answered = {name.lower(): value for name, value in response.headers.items()}
            return Answer(response.status, answered, response.read().decode())


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_arguments: object) -> None:
        return None
