"""Tokens that expire: manage.py list_service_accounts --expiring, and mail_expiring_tokens."""

import datetime as dt
import re
import shlex

import pytest
from django.core import mail
from django.utils import timezone
from pytest_django import Settings

from accounts.models import User
from organizations.models import MemberRole, Membership, Organization
from organizations.permissions import Permission
from service_accounts.models import ServiceAccount, ServiceAccountToken
from service_accounts.services.token import issue_token, revoke_token, rotate_token
from tests.accounts.commands import Ran, run
from tests.conftest import SETUP, Actor, make_bot, make_client
from tests.factories import OrganizationFactory, UserFactory, add_member, make_role

pytestmark = pytest.mark.django_db

DAY = dt.timedelta(days=1)


def expire_in(days: float) -> ServiceAccountToken:
    """Let the one token end then; it is ninety days old."""
    now = timezone.now()
    ServiceAccountToken.objects.update(
        created_at=now - 90 * DAY, expires_at=now + dt.timedelta(days=days)
    )
    return ServiceAccountToken.objects.select_related("service_account").get()


def expiring(span: str = "14d") -> tuple[int, list[str]]:
    """The exit code, and the names of the accounts in the list."""
    ran = run("list_service_accounts", "--expiring", span, "--json")
    assert ran.err == ""
    return ran.status, [row["name"] for row in ran.data]


def warn() -> Ran:
    return run("mail_expiring_tokens")


def recipients() -> list[str]:
    """Of all mails since the last call."""
    people = sorted(address for message in mail.outbox for address in message.to)
    mail.outbox.clear()
    return people


def body_of_mail() -> str:
    return str(mail.outbox[0].body)


def test_what_expires_in_time_is_listed_and_told_by_the_exit_code(bot: Actor) -> None:
    assert expiring() == (0, [])
    expire_in(15)
    assert expiring() == (0, [])
    expire_in(13)
    assert expiring() == (1, ["Bot"])
    assert expiring("12d") == (0, [])


def test_only_the_tokens_that_expire_are_in_the_list(bot: Actor) -> None:
    token = expire_in(13)
    issue_token(account=token.service_account, expires_at=None, by=SETUP)
    (row,) = run("list_service_accounts", "--expiring", "14d", "--json").data
    assert [shown["hint"] for shown in row["tokens"]] == [token.hint]
    table = run("list_service_accounts", "--expiring", "14d").out.splitlines()
    assert (len(table), f"{token.hint}  {token.expires_at:%Y-%m-%dT%H:%M:}" in table[1]) == (
        2,
        True,
    )


def test_an_empty_list_is_a_header_alone(bot: Actor) -> None:
    ran = run("list_service_accounts", "--expiring", "14d")
    assert (ran.status, len(ran.out.splitlines())) == (0, 1)


def test_what_has_just_expired_stays_listed_until_somebody_acts(bot: Actor) -> None:
    """A check that turned green at the very moment of the outage would be of no use."""
    token = expire_in(-13)
    assert expiring() == (1, ["Bot"])
    assert expiring("12d") == (0, [])
    issue_token(account=token.service_account, expires_at=None, by=SETUP)
    assert expiring() == (0, [])


def revoke(token: ServiceAccountToken) -> None:
    revoke_token(token=token, by=SETUP)


def rotate(token: ServiceAccountToken) -> None:
    rotate_token(token=token, overlap=DAY, by=SETUP)


def rotate_towards_its_own_end(token: ServiceAccountToken) -> None:
    rotate_token(token=token, overlap=29 * DAY, by=SETUP)


def disable(token: ServiceAccountToken) -> None:
    ServiceAccount.objects.update(is_active=False)


def disable_user(token: ServiceAccountToken) -> None:
    User.objects.filter(kind="service").update(is_active=False)


@pytest.mark.parametrize("act", [revoke, rotate, rotate_towards_its_own_end, disable, disable_user])
def test_nobody_is_told_of_what_somebody_ended_or_replaced(bot: Actor, act: object) -> None:
    act(expire_in(6))  # type: ignore[operator]
    assert expiring() == (0, [])
    assert (warn().status, recipients()) == (0, [])


def test_an_organization_is_asked_for(bot: Actor) -> None:
    make_bot(OrganizationFactory.create(slug="second"), name="Far")
    ServiceAccountToken.objects.update(expires_at=timezone.now() + DAY)
    options = ("--expiring", "14d", "--json", "--organization", "second")
    assert [row["name"] for row in run("list_service_accounts", *options).data] == ["Far"]


def test_owners_are_told_once_at_each_time(bot: Actor) -> None:
    told = []
    for days in (31, 29.9, 29, 8, 6.9, 6, 2, 0.9, 0.1, -1):
        expire_in(days)
        told.append((warn().status, recipients()))
        assert (warn().status, recipients()) == (0, [])
    owner = ["owner@example.com"]
    expected = [[], owner, [], [], owner, [], [], owner, [], []]
    assert told == [(0, people) for people in expected]


@pytest.mark.parametrize("days", [1.02, 1.45])
def test_a_run_that_comes_a_day_later_would_come_too_late(bot: Actor, days: float) -> None:
    """Once a day is never to the minute: the next run could find the token expired."""
    expire_in(days)
    assert (warn().status, recipients()) == (0, ["owner@example.com"])
    expire_in(days - 1)
    assert (warn().status, recipients()) == (0, [])


def test_a_token_that_is_first_seen_late_gets_the_one_mail_that_is_due(bot: Actor) -> None:
    expire_in(5)
    assert warn().err == "1 mail(s) about 1 token(s)\n"
    assert " UTC, in 5 days\n" in mail.outbox[0].body
    assert len(recipients()) == 1


def test_a_mail_says_what_it_is_about_and_holds_no_secret(bot: Actor) -> None:
    token = expire_in(6)
    warn()
    (message,) = mail.outbox
    assert message.subject == f"Bot: the token {token.hint} expires soon"
    assert f"Bot of Acme: {token.hint}\n" in message.body
    assert bot.token not in message.body
    assert token.digest not in message.body


def test_the_link_in_a_mail_opens_the_page_that_rotates_the_token(bot: Actor, owner: Actor) -> None:
    token = expire_in(6)
    warn()
    (link,) = re.findall(r"^  Rotate it here: http.*(/admin/.*)$", body_of_mail(), re.MULTILINE)
    browser = make_client()
    browser.force_login(owner.user)
    page = browser.get(link)
    assert (page.status_code, f"Rotate the token {token.hint}" in page.content.decode()) == (
        200,
        True,
    )
    assert body_of_mail().index(link) < body_of_mail().index("manage.py")


@pytest.mark.parametrize("closed", ["no staff", "no right"])
def test_who_cannot_open_the_page_gets_no_link_to_it(bot: Actor, owner: Actor, closed: str) -> None:
    expire_in(6)
    if closed == "no staff":
        User.objects.filter(pk=owner.user.pk).update(is_staff=False)
    else:
        owner.user.user_permissions.clear()
    warn()
    assert "/admin/" not in body_of_mail()
    assert "The administration does not open to you for this" in body_of_mail()
    assert "Whoever operates the server can do it with a command" in body_of_mail()


def test_the_command_in_a_mail_works_whatever_the_name(organization: Organization) -> None:
    name = '--json $(id) "; rm *'
    make_bot(organization, name=name)
    token = expire_in(6)
    warn()
    line = re.findall(r"^  manage\.py (.*)$", body_of_mail(), re.MULTILINE)[0]
    ran = run(*shlex.split(line))
    assert (ran.status, ran.err.startswith(f"{name}: {token.hint} replaced")) == (0, True)


def test_a_person_gets_one_mail_for_all_tokens(organization: Organization) -> None:
    for number in range(3):
        make_bot(organization, name=f"Bot {number}")
    far = OrganizationFactory.create(name="Far", slug="far")
    make_bot(far, name="Far bot")
    role = make_role(far, name="Owner")
    type(role).objects.filter(pk=role.pk).update(is_system=True)
    add_member(far, User.objects.get(email="owner@example.com"), role)
    ServiceAccountToken.objects.update(
        created_at=timezone.now() - 90 * DAY, expires_at=timezone.now() + 6 * DAY
    )
    assert warn().err == "1 mail(s) about 4 token(s)\n"
    assert mail.outbox[0].subject == "4 tokens of service accounts expire soon"
    assert "Far bot of Far" in mail.outbox[0].body


def create_for(user: User, organization: Organization, *permissions: Permission) -> None:
    """A bot that this person, a member with these permissions, has created."""
    add_member(organization, user, make_role(organization, *permissions, name="Clerk"))
    make_bot(organization, Permission.BOARD_READ)
    ServiceAccount.objects.update(created_by=user)
    expire_in(6)


def test_who_created_it_is_told_while_they_can_rotate_it(organization: Organization) -> None:
    user = UserFactory.create(email="clerk@example.com")
    create_for(user, organization, Permission.ORG_MEMBERS_MANAGE, Permission.BOARD_READ)
    warn()
    assert recipients() == ["clerk@example.com", "owner@example.com"]


@pytest.mark.parametrize("permission", [Permission.ORG_MEMBERS_MANAGE, Permission.BOARD_READ])
def test_who_created_it_and_cannot_rotate_it_is_not_told(
    organization: Organization, permission: Permission
) -> None:
    create_for(UserFactory.create(), organization, permission)
    warn()
    assert recipients() == ["owner@example.com"]


def test_who_is_disabled_or_gone_is_not_told(organization: Organization) -> None:
    owner_role = organization.roles.get(is_system=True)
    disabled = UserFactory.create(is_active=False)
    add_member(organization, disabled, owner_role)
    gone = UserFactory.create()
    create_for(gone, organization, Permission.ORG_MEMBERS_MANAGE, Permission.BOARD_READ)
    Membership.objects.filter(user=gone).delete()
    warn()
    assert recipients() == ["owner@example.com"]


def test_whoever_took_a_token_for_a_day_is_not_told(bot: Actor) -> None:
    now = timezone.now()
    ServiceAccountToken.objects.update(created_at=now, expires_at=now + DAY)
    assert (warn().err, recipients()) == ("nobody needs to be told of anything\n", [])


def test_a_mail_server_that_is_down_is_told_and_asked_again(bot: Actor, settings: Settings) -> None:
    expire_in(6)
    backend, settings.EMAIL_BACKEND = (
        settings.EMAIL_BACKEND,
        "tests.service_accounts.broken.Backend",
    )
    ran = warn()
    assert (ran.status, "1 could not be" in ran.err) == (1, True)
    settings.EMAIL_BACKEND = backend
    assert (warn().status, recipients()) == (0, ["owner@example.com"])
    assert (warn().status, recipients()) == (0, [])


def test_an_organization_without_an_owner_is_no_error(bot: Actor) -> None:
    MemberRole.objects.all().delete()
    expire_in(6)
    assert (warn().status, recipients()) == (0, [])
