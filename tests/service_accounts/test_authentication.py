"""Calling with a service account token."""

import datetime as dt

import pytest
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from accounts.models import User
from organizations.models import MemberRole, Membership, Organization
from organizations.permissions import Permission
from service_accounts.models import ServiceAccount, ServiceAccountToken
from service_accounts.tokens import ALPHABET, checksum, make_token
from tests.conftest import Actor, make_bot, refusal

pytestmark = pytest.mark.django_db

UNAUTHORIZED = (401, "unauthorized", "unauthorized")


def status_of(token: str) -> int:
    answer = Actor(token).get("/me")
    if answer.status_code != 200:
        assert refusal(answer) == UNAUTHORIZED
        assert answer["WWW-Authenticate"] == 'Bearer error="invalid_token"'
    return int(answer.status_code)


def used_at() -> dt.datetime | None:
    return ServiceAccountToken.objects.get().last_used_at


def test_the_token_acts_as_the_service_account(bot: Actor) -> None:
    assert bot.get("/me").json()["id"] == str(bot.user.pk)


def test_it_does_what_its_roles_permit(organization: Organization) -> None:
    bot = make_bot(organization, Permission.BOARD_READ)
    path = f"/organizations/{organization.pk}/spaces"
    assert bot.get(path).status_code == 200
    assert refusal(bot.post(path, {"name": "x"})) == (403, "forbidden", "forbidden")
    MemberRole.objects.filter(membership__user=bot.user).delete()
    assert refusal(bot.get(path)) == (403, "forbidden", "forbidden")


def test_it_is_refused_where_the_account_was_removed(
    bot: Actor, organization: Organization
) -> None:
    Membership.objects.filter(user=bot.user).delete()
    answer = bot.get(f"/organizations/{organization.pk}")
    assert answer.json()["error"] == "not a member of this organization"


def test_a_wrong_checksum_is_refused_without_a_query(
    bot: Actor, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    wrong = bot.token[:-1] + ("0" if bot.token[-1] != "0" else "1")
    with django_assert_num_queries(0):
        assert status_of(wrong) == 401


@pytest.mark.parametrize(
    "token", ["sa_", "sa_x", "sa_" + "0" * 36, "sa_" + "x" * 5000, "sa_é", "sa_ "]
)
def test_what_has_the_prefix_alone_is_refused_without_a_query(
    bot: Actor, token: str, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_num_queries(0):
        assert status_of(token) == 401


def test_a_token_that_was_used_a_moment_ago_takes_one_query(
    bot: Actor, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    bot.get("/me")
    with django_assert_num_queries(1):
        assert bot.send("PATCH", "/me", "{").status_code == 400


def test_a_well_formed_token_of_nobody_is_refused_with_one_query(
    bot: Actor, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_num_queries(1):
        assert status_of(make_token()) == 401


def test_no_change_of_one_character_opens_the_door(bot: Actor) -> None:
    token = bot.token
    changed = [
        token[:place] + ALPHABET[(ALPHABET.find(letter) + 1) % 62] + token[place + 1 :]
        for place, letter in enumerate(token)
    ]
    assert {Actor(forged).get("/me").status_code for forged in changed} == {401}
    assert len(changed) == 39
    assert status_of(token) == 200


def test_nor_does_one_with_its_checksum_made_right(bot: Actor) -> None:
    payload = bot.token[:-6]
    for place in range(3, 33):
        other = ALPHABET[(ALPHABET.find(payload[place]) + 1) % 62]
        forged = payload[:place] + other + payload[place + 1 :]
        assert status_of(forged + checksum(forged)) == 401


def test_no_truncation_opens_the_door(bot: Actor) -> None:
    statuses = {Actor(bot.token[:length]).get("/me").status_code for length in range(39)}
    assert statuses == {401}


@pytest.mark.parametrize("change", ["{}x", "x{}", "{}.", "{}=", "{0}{0}", "{}\n", "SA_{}"])
def test_nothing_may_stand_around_it(bot: Actor, change: str) -> None:
    assert Actor(change.format(bot.token)).get("/me").status_code == 401


def test_the_token_in_other_case_is_another_one(bot: Actor) -> None:
    assert status_of(bot.token.swapcase().replace("SA_", "sa_")) == 401


def test_a_revoked_token_is_refused_at_once(bot: Actor) -> None:
    ServiceAccountToken.objects.update(revoked_at=timezone.now())
    assert status_of(bot.token) == 401


@pytest.mark.parametrize(("seconds", "expected"), [(-1, 401), (3600, 200)])
def test_a_token_lives_until_its_expiry(bot: Actor, seconds: int, expected: int) -> None:
    moment = timezone.now() + dt.timedelta(seconds=seconds)
    ServiceAccountToken.objects.update(expires_at=moment)
    assert status_of(bot.token) == expected


def test_a_token_never_expires_by_itself(bot: Actor) -> None:
    long_ago = timezone.now() - dt.timedelta(days=4000)
    ServiceAccountToken.objects.update(created_at=long_ago, last_used_at=long_ago)
    assert status_of(bot.token) == 200


def test_a_disabled_account_is_refused_and_works_again_when_enabled(bot: Actor) -> None:
    ServiceAccount.objects.update(is_active=False)
    assert status_of(bot.token) == 401
    ServiceAccount.objects.update(is_active=True)
    assert status_of(bot.token) == 200


def test_a_disabled_user_is_refused(bot: Actor) -> None:
    User.objects.filter(pk=bot.user.pk).update(is_active=False)
    assert status_of(bot.token) == 401


@pytest.mark.parametrize("what", ["user", "account", "token"])
def test_what_was_deleted_is_refused(bot: Actor, what: str) -> None:
    account = ServiceAccount.objects.get()
    rows = {"user": bot.user, "account": account, "token": account.tokens.get()}
    rows[what].delete()
    assert status_of(bot.token) == 401


def test_another_account_of_the_organization_is_not_touched(
    bot: Actor, organization: Organization
) -> None:
    other = make_bot(organization, name="Other")
    ServiceAccount.objects.filter(user=bot.user).update(is_active=False)
    assert (status_of(bot.token), status_of(other.token)) == (401, 200)


def test_the_first_use_is_noted(bot: Actor) -> None:
    assert used_at() is None
    before = timezone.now()
    bot.get("/me")
    assert (used_at() or before) > before
    assert User.objects.get(pk=bot.user.pk).last_seen_at is not None


@pytest.mark.parametrize(
    ("seconds", "is_noted"), [(0, False), (50, False), (61, True), (900, True)]
)
def test_use_is_noted_at_most_once_a_minute(bot: Actor, seconds: int, is_noted: bool) -> None:
    last = timezone.now() - dt.timedelta(seconds=seconds)
    ServiceAccountToken.objects.update(last_used_at=last)
    bot.get("/me")
    assert (used_at() != last) is is_noted


def test_a_refused_token_is_not_noted(bot: Actor) -> None:
    ServiceAccountToken.objects.update(revoked_at=timezone.now())
    bot.get("/me")
    assert used_at() is None


def test_a_token_in_the_query_a_cookie_or_the_body_is_no_credential(bot: Actor) -> None:
    stranger = Actor()
    stranger.client.cookies["token"] = bot.token
    answers = [
        stranger.get(f"/me?token={bot.token}&access_token={bot.token}"),
        stranger.patch("/me", {"token": bot.token}),
        stranger.get("/me", x_api_key=bot.token),
        stranger.get("/me", authorization=bot.token),
        stranger.get("/me", authorization=f"Token {bot.token}"),
    ]
    assert [refusal(answer) for answer in answers] == [UNAUTHORIZED] * 5
    assert used_at() is None
