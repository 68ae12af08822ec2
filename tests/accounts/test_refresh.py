"""POST /auth/refresh."""

import base64
import datetime as dt
import secrets
import uuid

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from pytest_django import Settings
from rest_framework_simplejwt.token_blacklist.models import BlacklistedToken, OutstandingToken

from accounts.models import Session, User
from accounts.tokens import digest
from organizations.services.users import disable_user
from tests.conftest import SETUP, Actor, Answer, log_in, refusal, session_of
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db

INVALID = (401, "invalid refresh token", "invalid_refresh_token")
SUPERSEDED = (401, "invalid refresh token", "token_superseded")
REUSED = (401, "invalid refresh token", "token_reused")


@pytest.fixture
def ann() -> Actor:
    return log_in(UserFactory.create(email="ann@example.com"))


def refresh(token: object) -> Answer:
    return Actor().post("/auth/refresh", {"refresh_token": token})


def spend(actor: Actor, *, seconds_ago: float = 0) -> Actor:
    """Rotate the actor's refresh token; returns the successor."""
    pair = refresh(actor.refresh_token).json()
    moment = timezone.now() - dt.timedelta(seconds=seconds_ago)
    BlacklistedToken.objects.filter(token__jti=digest(actor.refresh_token)).update(
        blacklisted_at=moment
    )
    return Actor(pair["access_token"], actor.user, pair["refresh_token"])


def test_a_refresh_gives_a_new_pair_of_the_same_session(ann: Actor) -> None:
    answer = refresh(ann.refresh_token)
    body = answer.json()
    assert answer.status_code == 200
    assert body.keys() == {"access_token", "refresh_token", "token_type", "expires_in"}
    assert (body["token_type"], body["expires_in"]) == ("Bearer", 900)
    assert body["refresh_token"] != ann.refresh_token
    assert Actor(body["access_token"]).get("/me").json()["id"] == str(ann.user.pk)
    assert Session.objects.count() == 1


def test_a_refresh_token_is_64_base64url_characters_and_no_jwt(ann: Actor) -> None:
    token = refresh(ann.refresh_token).json()["refresh_token"]
    assert len(base64.urlsafe_b64decode(token)) == 48
    assert (len(token), token.count("."), token.count("=")) == (64, 0, 0)


def test_a_pending_account_refreshes_and_is_told_so(pending: Actor) -> None:
    answer = refresh(pending.refresh_token)
    assert (answer.status_code, answer.json()["signup_pending"]) == (200, True)


def test_the_access_token_from_before_works_on(ann: Actor) -> None:
    spend(ann)
    assert ann.get("/me").status_code == 200


def test_the_old_token_is_dead_at_once_and_the_session_lives(ann: Actor) -> None:
    successor = spend(ann)
    assert refusal(refresh(ann.refresh_token)) == SUPERSEDED
    assert OutstandingToken.objects.count() == 2
    assert successor.get("/me").status_code == 200
    assert refresh(successor.refresh_token).status_code == 200


def test_within_the_leeway_a_spent_token_harms_nobody(ann: Actor) -> None:
    successor = spend(ann, seconds_ago=3)
    assert [refusal(refresh(ann.refresh_token)) for _ in range(3)] == [SUPERSEDED] * 3
    assert session_of(ann).revoked_at is None
    assert refresh(successor.refresh_token).status_code == 200


def test_a_token_that_comes_back_after_the_leeway_ends_the_session(ann: Actor) -> None:
    successor = spend(ann, seconds_ago=11)
    assert refusal(refresh(ann.refresh_token)) == REUSED
    assert session_of(ann).revoked_reason == "token_reused"
    assert refusal(refresh(successor.refresh_token)) == INVALID
    assert [actor.get("/me").status_code for actor in (ann, successor)] == [401, 401]


def test_any_ancestor_that_comes_back_ends_the_session(ann: Actor) -> None:
    first = spend(ann, seconds_ago=3600)
    second = spend(first)
    assert refusal(refresh(ann.refresh_token)) == REUSED
    assert refresh(second.refresh_token).status_code == 401


def test_a_theft_leaves_other_logins_of_the_user_and_other_users_alone(ann: Actor) -> None:
    other_login, other_user = log_in(ann.user), log_in(UserFactory.create())
    spend(ann, seconds_ago=11)
    assert refusal(refresh(ann.refresh_token)) == REUSED
    assert refresh(other_login.refresh_token).status_code == 200
    assert other_login.get("/me").status_code == 200
    assert refresh(other_user.refresh_token).status_code == 200


@pytest.mark.django_db(transaction=True)
def test_the_end_of_a_stolen_session_is_committed(ann: Actor) -> None:
    """A revocation inside the refused refresh's transaction would be rolled back with it."""
    spend(ann, seconds_ago=11)
    assert refusal(refresh(ann.refresh_token)) == REUSED
    assert not connection.in_atomic_block
    connection.close()
    assert session_of(ann).revoked_at is not None
    assert ann.get("/me").status_code == 401


def test_without_a_leeway_the_first_replay_is_theft(ann: Actor, settings: Settings) -> None:
    settings.REFRESH_RACE_LEEWAY = dt.timedelta(0)
    spend(ann, seconds_ago=1)
    assert refusal(refresh(ann.refresh_token)) == REUSED


def test_a_spent_token_of_an_ended_session_is_just_invalid(ann: Actor) -> None:
    spend(ann, seconds_ago=11)
    ann.post("/auth/logout", {"refresh_token": ann.refresh_token})
    assert refusal(refresh(ann.refresh_token)) == INVALID
    assert session_of(ann).revoked_reason == "logged_out"


def test_a_refused_refresh_does_not_count_as_use(ann: Actor) -> None:
    spend(ann)
    hour_ago = timezone.now() - dt.timedelta(hours=1)
    Session.objects.update(last_used_at=hour_ago)
    assert refusal(refresh(ann.refresh_token)) == SUPERSEDED
    assert session_of(ann).last_used_at == hour_ago


def test_a_refresh_counts_as_use(ann: Actor) -> None:
    hour_ago = timezone.now() - dt.timedelta(hours=1)
    Session.objects.update(last_used_at=hour_ago)
    spend(ann)
    assert session_of(ann).last_used_at > hour_ago


def test_expiry_slides_by_seven_days(ann: Actor) -> None:
    successor = spend(ann)
    newest = OutstandingToken.objects.get(jti=digest(successor.refresh_token))
    assert newest.expires_at == session_of(ann).last_used_at + dt.timedelta(days=7)


def test_no_refresh_goes_past_the_absolute_end(ann: Actor) -> None:
    end = timezone.now() + dt.timedelta(hours=1)
    Session.objects.update(expires_at=end)
    successor = spend(ann)
    newest = OutstandingToken.objects.get(jti=digest(successor.refresh_token))
    assert (newest.expires_at, session_of(ann).expires_at) == (end, end)


def test_a_session_ends_90_days_after_its_login(ann: Actor) -> None:
    session = session_of(ann)
    assert session.expires_at - session.created_at == dt.timedelta(days=90)


def test_at_the_absolute_end_both_tokens_are_dead(ann: Actor) -> None:
    Session.objects.update(expires_at=timezone.now() - dt.timedelta(seconds=1))
    assert refusal(refresh(ann.refresh_token)) == INVALID
    assert ann.get("/me").status_code == 401
    assert not BlacklistedToken.objects.exists()


def test_an_expired_token_is_refused_and_not_spent(ann: Actor) -> None:
    OutstandingToken.objects.update(expires_at=timezone.now() - dt.timedelta(seconds=1))
    assert refusal(refresh(ann.refresh_token)) == INVALID
    assert not BlacklistedToken.objects.exists()
    assert session_of(ann).revoked_at is None


def test_a_disabled_user_does_not_refresh(ann: Actor) -> None:
    disable_user(user=ann.user, by=SETUP)
    assert refusal(refresh(ann.refresh_token)) == INVALID


@pytest.mark.parametrize("change", [{"is_active": False}, {"signup_status": "denied"}])
def test_the_user_is_looked_at_although_the_session_was_left_open(
    ann: Actor, change: dict[str, object]
) -> None:
    User.objects.update(**change)
    assert refusal(refresh(ann.refresh_token)) == INVALID
    assert OutstandingToken.objects.count() == 1
    assert not BlacklistedToken.objects.exists()


def test_a_deleted_user_does_not_refresh(ann: Actor) -> None:
    ann.user.delete()
    assert refusal(refresh(ann.refresh_token)) == INVALID
    assert ann.get("/me").status_code == 401


@pytest.mark.parametrize("body", [{}, {"refresh_token": ""}, {"refresh_token": None}])
def test_a_refresh_token_is_needed(ann: Actor, body: dict[str, object]) -> None:
    answer = Actor().post("/auth/refresh", body)
    assert refusal(answer) == (400, "refresh_token required", "refresh_token_required")


def test_no_body_is_invalid_json(anonymous: Actor) -> None:
    assert refusal(anonymous.post("/auth/refresh")) == (400, "invalid json", "invalid_json")


@pytest.mark.parametrize("value", [1, True, ["token"], {"token": "x"}])
def test_what_is_no_string_is_refused(ann: Actor, value: object) -> None:
    answer = refresh(value)
    assert (answer.status_code, answer.json()["code"]) == (400, "validation_error")


@pytest.mark.parametrize(
    "token",
    [
        " ",
        "x",
        "A" * 64,
        "A" * 63,
        "A" * 62 + "==",
        "=" * 64,
        "-" * 64,
        "." * 64,
        "é" * 64,
        "\U0001f600" * 64,
        "A" * 100_000,
        "' OR 1=1 --" + "A" * 53,
    ],
)
def test_garbage_is_refused(ann: Actor, token: str) -> None:
    assert refusal(refresh(token)) == INVALID
    assert session_of(ann).revoked_at is None


@pytest.mark.parametrize("change", [" {}", "{} ", "{}\n", "{}=", "{}A", "Bearer {}"])
def test_the_token_is_taken_exactly_as_received(ann: Actor, change: str) -> None:
    assert refusal(refresh(change.format(ann.refresh_token))) == INVALID
    assert refresh(ann.refresh_token).status_code == 200


def test_no_change_of_one_character_leaves_a_token_valid(ann: Actor) -> None:
    token = ann.refresh_token
    changed = [
        token[:index] + ("A" if letter != "A" else "B") + token[index + 1 :]
        for index, letter in enumerate(token)
    ]
    assert {refusal(refresh(forged)) for forged in changed} == {INVALID}
    assert len(changed) == 64
    assert refresh(token).status_code == 200


def test_a_forged_token_of_a_real_session_is_refused_and_harms_nobody(ann: Actor) -> None:
    session = session_of(ann)
    forged = base64.urlsafe_b64encode(session.pk.bytes + secrets.token_bytes(32)).decode()
    assert refusal(refresh(forged)) == INVALID
    after = session_of(ann)
    assert (after.revoked_at, after.last_used_at) == (None, session.last_used_at)


def test_a_token_with_the_id_of_another_session_is_refused(ann: Actor) -> None:
    victim = log_in(UserFactory.create())
    forged = victim.refresh_token[:21] + ann.refresh_token[21:]
    assert refusal(refresh(forged)) == INVALID
    assert session_of(victim).revoked_at is None


def test_an_access_token_is_no_refresh_token(ann: Actor) -> None:
    assert refusal(refresh(ann.token)) == INVALID


def test_a_service_account_token_is_no_refresh_token(bot: Actor) -> None:
    assert refusal(refresh(bot.token)) == INVALID
    assert not Session.objects.filter(user=bot.user).exists()


@pytest.mark.parametrize("header", ["Bearer stale.access.token", "Bearer sa_x", "Basic YTpi", "x"])
def test_a_stale_authorization_header_is_not_looked_at(ann: Actor, header: str) -> None:
    body = {"refresh_token": ann.refresh_token}
    assert Actor().post("/auth/refresh", body, authorization=header).status_code == 200


def test_a_refused_refresh_names_the_scheme(ann: Actor) -> None:
    assert refresh("x")["WWW-Authenticate"] == "Bearer"


def test_only_the_digest_of_a_refresh_token_is_stored(ann: Actor) -> None:
    successor = spend(ann)
    stored = {(row.token, row.jti) for row in OutstandingToken.objects.all()}
    assert stored == {("", digest(actor.refresh_token)) for actor in (ann, successor)}


def test_the_session_of_a_token_is_looked_up_and_not_believed(ann: Actor) -> None:
    unknown = base64.urlsafe_b64encode(uuid.uuid4().bytes + secrets.token_bytes(32)).decode()
    assert refusal(refresh(unknown)) == INVALID


def test_what_development_mode_notes_of_a_refresh_is_no_obstacle(ann: Actor) -> None:
    """It keeps every statement with its values."""
    with CaptureQueriesContext(connection) as queries:
        assert refresh(ann.refresh_token).status_code == 200
    assert any("blacklistedtoken" in query["sql"] for query in queries)
