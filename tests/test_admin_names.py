"""How the admin names who did something: people, programs, and those who are gone."""

from dataclasses import replace

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import AuditEvent, User
from organizations.models import Organization, SignupRequest
from organizations.services.signup_request import approve_signup
from service_accounts.models import ServiceAccountToken
from tests.accounts.commands import run
from tests.accounts.test_admin_pages import EVENTS, browser_of_staff
from tests.conftest import SETUP, Actor
from tests.test_admin_words import event_page, page_of, text_of

pytestmark = pytest.mark.django_db


def test_who_decided_is_named_alike_wherever_it_is_told(owner: Actor, pending: Actor) -> None:
    """With the e-mail: two may have one name."""
    request = SignupRequest.objects.get(user=pending.user)
    approve_signup(request_id=request.pk, by=replace(SETUP, user=owner.user))
    named = "Olivia Owner (owner@example.com)"
    assert f"approved by {named} on" in text_of("/admin/")
    assert text_of(page_of(request)).count(f"pproved by {named}") == 2
    assert f"Sign-up approved {named}" in text_of(EVENTS)


def test_names_are_looked_up_for_the_events_of_one_page(owner: Actor) -> None:
    root = browser_of_staff()
    with CaptureQueriesContext(connection) as queries:
        root.get(EVENTS)
    named = [query["sql"] for query in queries if "actor_name" in query["sql"]]
    assert len(named) == 1
    assert "COUNT(" not in named[0]


def test_a_program_is_named_without_the_address_that_it_has_in_place_of_one(
    bot: Actor, organization: Organization
) -> None:
    token = ServiceAccountToken.objects.get(service_account__user=bot.user)
    AuditEvent.objects.create(
        action="space.created",
        door="api",
        actor_id=bot.user.pk,
        actor_email=bot.user.email,
        credential_kind="service_account_token",
        credential_hint=token.hint,
    )
    assert f"Bot (service account, token {token.hint})" in text_of(EVENTS)
    assert ".invalid" not in text_of(EVENTS)


@pytest.mark.parametrize(
    ("chosen", "told"),
    [
        ("Olivia Owner (owner@example.com)", "Olivia Owner (owner@example.com) (service account)"),
        ("", "{email} (service account)"),
    ],
)
def test_a_program_that_names_itself_is_told_from_a_person(
    bot: Actor, owner: Actor, chosen: str, told: str
) -> None:
    assert bot.patch("/me", {"display_name": chosen or None}).status_code == 200
    bot.user.refresh_from_db()
    assert str(bot.user) == told.format(email=bot.user.email)
    assert str(owner.user) == "Olivia Owner (owner@example.com)"
    event = AuditEvent.objects.filter(action="user.renamed").latest("created_at")
    assert f"service account, token {event.credential_hint}" in text_of(EVENTS)


def test_who_decided_is_told_for_a_program_without_a_name(bot: Actor, pending: Actor) -> None:
    User.objects.filter(pk=bot.user.pk).update(display_name="")
    request = SignupRequest.objects.get(user=pending.user)
    bot.user.refresh_from_db()
    approve_signup(request_id=request.pk, by=replace(SETUP, user=bot.user))
    named = f"{bot.user.email} (service account)"
    assert f"approved by {named} on" in text_of("/admin/")
    assert named in run("list_signup_requests", "--status", "approved").out


def test_the_page_of_an_event_says_for_good_who_did_it(owner: Actor) -> None:
    """Names and addresses change; what was recorded does not."""
    email, key = owner.user.email, owner.user.pk
    User.objects.filter(pk=key).update(display_name="Somebody Else", email="else@example.com")
    told = {"action": "space.created", "door": "api", "actor_id": key, "actor_email": email}
    page = page_of(AuditEvent.objects.create(**told))
    named = f"Somebody Else (else@example.com) , recorded as {email} with the id {key}"
    assert named in text_of(page)
    html = browser_of_staff().get(page).content.decode()
    assert f'href="/admin/accounts/user/{key}/change/"' in html
    assert str(key) not in text_of(EVENTS)
    User.objects.filter(pk=key).delete()
    assert f"gone by now, recorded as {email} with the id {key}" in text_of(page)


def test_an_event_of_nobody_known_records_no_account() -> None:
    assert "Account: none" in event_page("login.failed")
