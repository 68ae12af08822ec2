"""What the list of audit events says each happened to."""

import re

import pytest
from django.db.models import Model

from accounts.models import AuditEvent, Session
from organizations.models import Organization, SignupRequest, Space
from service_accounts.models import ServiceAccountToken
from tests.accounts.test_admin_pages import EVENTS, browser_of_staff, queries_of
from tests.conftest import Actor
from tests.factories import (
    InviteFactory,
    SignupRequestFactory,
    SpaceFactory,
    make_role,
)

pytestmark = pytest.mark.django_db


def make_event(row: Model) -> None:
    kind = row._meta.model_name or ""
    AuditEvent.objects.create(action="x", door="api", target_kind=kind, target_id=row.pk)


def happened_to() -> list[str]:
    """The column, from the latest event to the first."""
    page = browser_of_staff().get(EVENTS).content.decode()
    return re.findall(r'field-happened_to">([^<]*)<', page)


def test_it_says_whose_sign_up_and_which_row_of_every_other_kind(
    organization: Organization, member: Actor, bot: Actor
) -> None:
    token, host = ServiceAccountToken.objects.get(), member.user
    rows = [
        SignupRequestFactory.create(user__email="ada@example.com"),
        host,
        Session.objects.get(user=host),
        InviteFactory.create(organization=organization, created_by=host, email="eve@example.com"),
        organization,
        make_role(organization, name="Editor"),
        SpaceFactory.create(organization=organization, name="Launch"),
        token.service_account,
        token,
    ]
    for row in rows:
        make_event(row)
    assert happened_to()[: len(rows)][::-1] == [
        "sign-up request: ada@example.com",
        "user: member@example.com",
        "session of member@example.com",
        "invite for eve@example.com",
        "organization: Acme",
        "role: Editor",
        "space: Launch",
        "service account: Bot",
        f"service account token: {token.hint}",
    ]


def test_of_what_is_gone_or_unknown_it_says_the_kind_alone() -> None:
    space = SpaceFactory.create()
    make_event(space)
    Space.objects.all().delete()
    AuditEvent.objects.create(action="x", door="api", target_kind="planet", target_id=space.pk)
    AuditEvent.objects.create(action="x", door="api")
    assert happened_to() == ["none", "planet", "space"]


def test_more_events_take_no_more_queries() -> None:
    root = browser_of_staff()

    def add_events(number: int) -> None:
        for request in SignupRequestFactory.create_batch(number):
            make_event(request)
            make_event(request.user)

    add_events(1)
    root.get(EVENTS)
    few = queries_of(root, EVENTS)
    add_events(20)
    assert SignupRequest.objects.count() == 21
    assert queries_of(root, EVENTS) == few
