"""What gunicorn makes of a request before the application sees it."""

import http.client
import json
import re
from collections.abc import Iterator
from contextlib import closing
from urllib.parse import urlencode, urlsplit

import pytest

from tests.races.databases import fresh_database
from tests.server import serve

pytestmark = [pytest.mark.race, pytest.mark.once]


@pytest.fixture(scope="module")
def host() -> Iterator[str]:
    with fresh_database() as database, serve(database.url) as server:
        yield urlsplit(server.url).netloc


def ask(host: str, method: str, path: str, body: str = "", **headers: str) -> tuple[int, str, str]:
    """Status, cookie and text of the answer."""
    with closing(http.client.HTTPConnection(host, timeout=10)) as connection:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        connection.request(method, path, body, named)
        answer = connection.getresponse()
        return answer.status, answer.getheader("Set-Cookie") or "", answer.read().decode()


@pytest.mark.parametrize("scheme", ["", "http", "https"])
def test_without_a_trusted_proxy_nobody_says_that_a_request_came_over_https(
    host: str, scheme: str
) -> None:
    _, cookie, page = ask(host, "GET", "/admin/login/")
    token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', page)
    assert token is not None
    said = {"X_Forwarded_Proto": scheme} if scheme else {}
    status, _, _ = ask(
        host,
        "POST",
        "/admin/login/",
        urlencode({"csrfmiddlewaretoken": token[1], "username": "a@b.co", "password": "x"}),
        Content_Type="application/x-www-form-urlencoded",
        Cookie=cookie.partition(";")[0],
        Origin=f"https://{host}",
        **said,
    )
    assert status == 403


@pytest.mark.parametrize("path", ["/x", "/api", "/api/v1"])
def test_no_client_moves_the_application_to_another_path(host: str, path: str) -> None:
    with closing(http.client.HTTPConnection(host, timeout=10)) as connection:
        connection.request("GET", "/api/v1/public/instance", headers={"SCRIPT_NAME": path})
        assert connection.getresponse().status == 200


@pytest.mark.parametrize("charset", ["nope''%41", "idna''%41%ff", "a'b'c'd"])
def test_a_media_type_that_cannot_be_read_is_refused_like_any_other(
    host: str, charset: str
) -> None:
    kind = f"application/json;charset*={charset}"
    status, _, page = ask(host, "POST", "/api/v1/auth/login", "{}", Content_Type=kind)
    assert (status, json.loads(page)["code"]) == (415, "unsupported_media_type")
    assert ask(host, "GET", "/api/v1/public/instance", Content_Type=kind)[0] == 200
    assert ask(host, "GET", "/health", Content_Type=kind)[0] == 200
    form = f"multipart/form-data;boundary*={charset}"
    assert ask(host, "POST", "/admin/login/", "x", Content_Type=form)[0] == 403
