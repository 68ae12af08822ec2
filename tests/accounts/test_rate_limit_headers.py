"""What answers tell of the limits that their calls were counted against."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from pytest_django import Settings

from accounts.models import ThrottleCounter, User
from organizations.models import Organization
from tests.conftest import Actor, Answer, caller_at, make_client
from tests.factories import PASSWORD, UserFactory

pytestmark = pytest.mark.django_db

NETWORK = '"network";q=30;w=60'
WRONG = "a wrong password"


@pytest.fixture
def ann(db: None) -> User:
    user: User = UserFactory.create(email="ann@example.com")
    return user


def log_in_as(email: str, password: str = WRONG) -> Answer:
    return Actor().post("/auth/login", {"email": email, "password": password})


def left(answer: Answer) -> int:
    """What remains of the one limit that the answer tells of."""
    (found,) = re.findall(r'^"\w+";r=(\d+);t=\d+$', answer["RateLimit"])
    return int(found)


def told(answer: Answer) -> dict[str, str | None]:
    """Everything but the body that a caller sees, without the id of the request."""
    return {name: value for name, value in answer.headers.items() if name != "X-Request-ID"}


def test_a_log_in_tells_the_limit_and_what_is_left_of_it(ann: User) -> None:
    answers = [log_in_as("ann@example.com", PASSWORD), log_in_as("ann@example.com")]
    assert [answer.status_code for answer in answers] == [200, 401]
    assert [answer["RateLimit-Policy"] for answer in answers] == [NETWORK] * 2
    assert answers[0]["RateLimit"] == '"network";r=29;t=60'
    assert left(answers[1]) == 28


def test_a_refused_call_has_nothing_left_and_says_when_to_come_again(settings: Settings) -> None:
    settings.AUTH_RATE_PER_MINUTE = 1
    log_in_as("ann@example.com")
    answer = log_in_as("ann@example.com")
    assert (answer.status_code, answer["RateLimit-Policy"]) == (429, '"network";q=1;w=60')
    assert answer["RateLimit"] == f'"network";r=0;t={answer["Retry-After"]}'


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/auth/password/forgot", {"email": "ann@example.com"}),
        ("/auth/password/reset", {"token": "x", "new_password": PASSWORD}),
        ("/auth/login", {"email": "ann@example.com", "password": PASSWORD}),
    ],
)
def test_what_counts_together_is_told_together(ann: User, path: str, body: object) -> None:
    log_in_as("nobody@example.com")
    answer = Actor().post(path, body)
    assert (answer["RateLimit-Policy"], left(answer)) == (NETWORK, 28)


def test_a_registration_tells_of_both_its_limits(organization: Organization) -> None:
    answer = Actor().post("/auth/register", {"email": "new@example.com", "password": PASSWORD})
    assert answer.status_code == 201
    assert answer["RateLimit-Policy"] == f'{NETWORK}, "registrations";q=20;w=3600'
    assert answer["RateLimit"] == '"network";r=29;t=60, "registrations";r=19;t=3600'


def test_refreshes_have_a_limit_of_their_own(owner: Actor) -> None:
    answer = Actor().post("/auth/refresh", {"refresh_token": owner.refresh_token})
    assert (answer.status_code, answer["RateLimit-Policy"]) == (200, '"refreshes";q=300;w=60')
    assert left(answer) == 299


def test_changing_a_password_and_inviting_are_told_too(
    owner: Actor, organization: Organization
) -> None:
    body = {"current_password": WRONG, "new_password": "x"}
    assert owner.post("/me/password", body)["RateLimit-Policy"] == NETWORK
    answer = owner.post(f"/organizations/{organization.pk}/invites")
    assert (answer.status_code, answer["RateLimit"]) == (201, '"invites";r=99;t=3600')


def test_headers_do_not_tell_why_a_log_in_is_refused(ann: User) -> None:
    UserFactory.create(email="off@example.com", is_active=False)
    seen = []
    for email, password in [
        ("nobody@example.com", WRONG),
        ("ann@example.com", WRONG),
        ("off@example.com", PASSWORD),
        ("no address", WRONG),
    ]:
        ThrottleCounter.objects.all().delete()
        answer = log_in_as(email, password)
        seen.append((answer.status_code, told(answer)))
    assert seen == [seen[0]] * 4
    assert seen[0][1]["RateLimit"] == '"network";r=29;t=60'


def test_tries_at_one_account_are_told_as_those_at_none(ann: User) -> None:
    """The counter of the account stands at ten; the headers tell of the network alone."""
    policies = set()
    for number in range(11):
        answer = log_in_as("ann@example.com")
        policies.add(answer["RateLimit-Policy"])
        assert left(answer) == 29 - number
    assert (answer.status_code, policies) == (429, {NETWORK})
    assert int(answer["Retry-After"]) > 60


def test_a_flooded_address_is_not_told_from_another(ann: User) -> None:
    answers = [
        Actor().post("/auth/password/forgot", {"email": "ann@example.com"}) for _ in "123456"
    ]
    assert [left(answer) for answer in answers] == [29, 28, 27, 26, 25, 24]
    assert {answer["RateLimit-Policy"] for answer in answers} == {NETWORK}


def test_networks_do_not_learn_of_each_other(ann: User) -> None:
    log_in_as("ann@example.com")
    body = {"email": "ann@example.com", "password": PASSWORD}
    assert left(caller_at("198.51.100.9").post("/auth/login", body)) == 29


def test_what_was_not_counted_tells_of_no_limit(owner: Actor) -> None:
    """Also in the thread that has just told of one."""
    log_in_as("owner@example.com")
    for answer in [owner.get("/me"), owner.get("/nothing"), owner.post("/auth/login", {})]:
        assert "RateLimit" not in answer
        assert "RateLimit-Policy" not in answer


def test_the_headers_ask_the_database_nothing(ann: User) -> None:
    with CaptureQueriesContext(connection) as queries:
        assert "RateLimit" in log_in_as("ann@example.com")
    counting = [q["sql"] for q in queries if "accounts_throttlecounter" in q["sql"]]
    assert len(counting) == 3  # the network, whether the account knows it, the account


def test_a_page_of_another_origin_may_read_them(ann: User) -> None:
    headers = {"origin": "https://app.example.org"}
    answer = make_client().get("/api/v1/public/instance", headers=headers)
    shown = answer["Access-Control-Expose-Headers"].split(", ")
    assert {"RateLimit", "RateLimit-Policy", "Retry-After"} <= set(shown)
