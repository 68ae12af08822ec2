"""POST /auth/logout."""

import base64
import datetime as dt
import secrets

import pytest
from django.utils import timezone
from rest_framework_simplejwt.token_blacklist.models import OutstandingToken

from accounts.models import Session
from tests.conftest import Actor, Answer, log_in, refusal, session_of
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def ann() -> Actor:
    return log_in(UserFactory.create(email="ann@example.com"))


def log_out(token: object) -> Answer:
    return Actor().post("/auth/logout", {"refresh_token": token})


def refresh(token: str) -> Answer:
    return Actor().post("/auth/refresh", {"refresh_token": token})


def test_a_logout_ends_both_tokens_of_the_session_at_once(ann: Actor) -> None:
    answer = log_out(ann.refresh_token)
    assert (answer.status_code, answer.content) == (204, b"")
    assert ann.get("/me").status_code == 401
    assert refusal(refresh(ann.refresh_token))[::2] == (401, "invalid_refresh_token")
    assert session_of(ann).revoked_reason == "logged_out"


def test_a_logout_ends_every_access_token_of_the_session(ann: Actor) -> None:
    pair = refresh(ann.refresh_token).json()
    log_out(pair["refresh_token"])
    assert [Actor(token).get("/me").status_code for token in (ann.token, pair["access_token"])] == [
        401,
        401,
    ]


def test_a_logout_twice_is_a_logout_once(ann: Actor) -> None:
    assert log_out(ann.refresh_token).status_code == 204
    first = session_of(ann).revoked_at
    assert log_out(ann.refresh_token).status_code == 204
    assert session_of(ann).revoked_at == first


def test_a_spent_token_of_a_live_session_ends_it(ann: Actor) -> None:
    pair = refresh(ann.refresh_token).json()
    assert log_out(ann.refresh_token).status_code == 204
    assert refresh(pair["refresh_token"]).status_code == 401
    assert Actor(pair["access_token"]).get("/me").status_code == 401


def test_an_expired_token_still_ends_its_session(ann: Actor) -> None:
    OutstandingToken.objects.update(expires_at=timezone.now() - dt.timedelta(days=1))
    assert log_out(ann.refresh_token).status_code == 204
    assert ann.get("/me").status_code == 401


def test_a_logout_touches_no_other_session(ann: Actor) -> None:
    same_user, other_user = log_in(ann.user), log_in(UserFactory.create())
    log_out(ann.refresh_token)
    assert same_user.get("/me").status_code == 200
    assert refresh(other_user.refresh_token).status_code == 200
    assert Session.objects.filter(revoked_at=None).count() == 2


@pytest.mark.parametrize("token", [" ", "x", "A" * 64, "é" * 64, "a.b.c", "A" * 100_000])
def test_an_unknown_token_ends_nothing_and_is_no_error(ann: Actor, token: str) -> None:
    assert log_out(token).status_code == 204
    assert ann.get("/me").status_code == 200


def test_knowing_the_id_of_a_session_is_not_enough_to_end_it(ann: Actor) -> None:
    forged = session_of(ann).pk.bytes + secrets.token_bytes(32)
    assert log_out(base64.urlsafe_b64encode(forged).decode()).status_code == 204
    assert ann.get("/me").status_code == 200


def test_the_token_is_taken_exactly_as_received(ann: Actor) -> None:
    assert log_out(f" {ann.refresh_token}").status_code == 204
    assert ann.get("/me").status_code == 200


def test_an_access_token_logs_nobody_out(ann: Actor) -> None:
    assert log_out(ann.token).status_code == 204
    assert ann.get("/me").status_code == 200


def test_a_service_account_token_is_not_ended_by_a_logout(bot: Actor) -> None:
    assert log_out(bot.token).status_code == 204
    assert bot.get("/me").status_code == 200


@pytest.mark.parametrize("body", [{}, {"refresh_token": ""}, {"refresh_token": None}])
def test_a_refresh_token_is_needed(ann: Actor, body: dict[str, object]) -> None:
    answer = ann.post("/auth/logout", body)
    assert refusal(answer) == (400, "refresh_token required", "refresh_token_required")
    assert ann.get("/me").status_code == 200


def test_no_body_is_invalid_json(ann: Actor) -> None:
    assert refusal(ann.post("/auth/logout")) == (400, "invalid json", "invalid_json")
    assert ann.get("/me").status_code == 200


@pytest.mark.parametrize("value", [1, True, ["token"], {"token": "x"}])
def test_what_is_no_string_is_refused(ann: Actor, value: object) -> None:
    assert log_out(value).json()["code"] == "validation_error"
    assert ann.get("/me").status_code == 200


def test_somebody_elses_header_does_not_matter(ann: Actor) -> None:
    other = log_in(UserFactory.create())
    other.post("/auth/logout", {"refresh_token": ann.refresh_token})
    assert (ann.get("/me").status_code, other.get("/me").status_code) == (401, 200)


def test_a_pending_account_logs_out(pending: Actor) -> None:
    assert log_out(pending.refresh_token).status_code == 204
    assert pending.get("/me").status_code == 401
