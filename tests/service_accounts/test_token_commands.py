"""manage.py rotate_service_account_token and revoke_service_account_token."""

import datetime as dt
import re

import pytest
from django.utils import timezone

from accounts.models import AuditEvent
from service_accounts.models import ServiceAccount, ServiceAccountToken
from service_accounts.services.token import issue_token
from tests.accounts.commands import run
from tests.conftest import SETUP, Actor
from tests.factories import OrganizationFactory

pytestmark = pytest.mark.django_db

ROTATE, REVOKE = "rotate_service_account_token", "revoke_service_account_token"
TOKEN = re.compile(r"sa_[0-9A-Za-z]{36}\n")


@pytest.fixture
def second(bot: Actor) -> Actor:
    """The same account, by another token."""
    account = ServiceAccount.objects.get()
    return Actor(issue_token(account=account, expires_at=None, by=SETUP).raw)


def works(actor: Actor) -> bool:
    return bool(actor.get("/me").status_code == 200)


def test_a_new_token_is_printed_alone_and_the_old_one_is_dead_at_once(bot: Actor) -> None:
    ran = run(ROTATE, "bot")
    assert ran.status == 0
    assert TOKEN.fullmatch(ran.out)
    assert (works(bot), works(Actor(ran.out.strip()))) == (False, True)
    assert f"sa_…{bot.token[-4:]} replaced" in ran.err
    assert ran.out.strip() not in ran.err


def test_it_tells_that_the_new_token_is_refused_where_the_account_is_disabled(bot: Actor) -> None:
    assert "refused" not in run(ROTATE, "Bot").err
    ServiceAccount.objects.update(is_active=False)
    ran = run(ROTATE, "Bot")
    assert ran.err.endswith("\nBot is disabled: its tokens are refused until it is enabled\n")
    assert not works(Actor(ran.out.strip()))


def test_with_an_overlap_both_work(bot: Actor) -> None:
    ran = run(ROTATE, "Bot", "--overlap", "24h")
    assert works(bot)
    assert works(Actor(ran.out.strip()))
    expires_at = ServiceAccountToken.objects.earliest("created_at").expires_at
    assert expires_at is not None
    assert expires_at - timezone.now() <= dt.timedelta(hours=24)


def test_a_token_that_has_a_successor_gets_no_other(bot: Actor) -> None:
    run(ROTATE, "Bot", "--overlap", "24h")
    ran = run(ROTATE, "Bot", "--hint", bot.token[-4:], "--overlap", "30d")
    assert (ran.status, ran.out, ran.err) == (1, "", "token was replaced already\n")
    assert (ServiceAccountToken.objects.count(), works(bot)) == (2, True)


@pytest.mark.parametrize("overlap", ["31d", "-1h", "soon", ""])
def test_an_overlap_is_a_time_of_at_most_thirty_days(bot: Actor, overlap: str) -> None:
    ran = run(ROTATE, "Bot", f"--overlap={overlap}")
    assert (ran.status > 0, ran.out) == (True, "")
    assert works(bot)


@pytest.mark.parametrize("command", [ROTATE, REVOKE])
def test_where_there_are_several_the_hint_names_one(
    bot: Actor, second: Actor, command: str
) -> None:
    ran = run(command, "Bot")
    assert (ran.status, ran.out) == (1, "")
    assert f"sa_…{bot.token[-4:]}, sa_…{second.token[-4:]}" in ran.err
    assert run(command, "Bot", "--hint", f"…{second.token[-4:]}").status == 0
    assert (works(bot), works(second)) == (True, False)


@pytest.mark.parametrize("command", [ROTATE, REVOKE])
def test_a_hint_of_no_active_token_changes_nothing(bot: Actor, command: str) -> None:
    ran = run(command, "Bot", "--hint", "0000")
    assert (ran.status, ran.out, ran.err) == (1, "", "Bot has no such active token\n")
    assert run(command, "Bot", "--hint", "…").status == 2
    assert works(bot)


@pytest.mark.parametrize("fields", [{"revoked_at": timezone.now()}, {"expires_at": timezone.now()}])
def test_an_account_without_an_active_token_is_told_where_to_get_one(
    bot: Actor, fields: dict[str, object]
) -> None:
    ServiceAccountToken.objects.update(**fields)
    ran = run(ROTATE, "Bot")
    assert (ran.status, ran.out) == (1, "")
    assert f"/service-accounts/{ServiceAccount.objects.get().pk}/tokens" in ran.err


@pytest.mark.parametrize("command", [ROTATE, REVOKE])
def test_an_unknown_account_or_organization_is_refused(bot: Actor, command: str) -> None:
    assert run(command, "Nobody").err == "acme has no service account Nobody\n"
    assert run(command, "Bot", "--organization", "none").status == 1
    OrganizationFactory.create(slug="other")
    assert run(command, "Bot").status == 1
    assert works(bot)
    assert run(command, "Bot", "--organization", "acme").status == 0


def test_a_revoked_token_is_dead_and_on_record(bot: Actor) -> None:
    ran = run(REVOKE, "BOT")
    assert (ran.status, ran.out, ran.err) == (0, "", f"Bot: sa_…{bot.token[-4:]} revoked\n")
    assert not works(bot)
    event = AuditEvent.objects.get(action="token.revoked")
    assert (event.door, event.actor_id) == ("command", None)


def test_all_of_them_can_be_revoked_twice(bot: Actor, second: Actor) -> None:
    assert run(REVOKE, "Bot", "--all").status == 0
    assert (works(bot), works(second)) == (False, False)
    assert run(REVOKE, "Bot", "--all").err == "Bot has no active token\n"


def test_a_hint_and_all_are_not_given_together(bot: Actor) -> None:
    assert run(REVOKE, "Bot", "--all", "--hint", "1234").status == 2
    assert works(bot)
