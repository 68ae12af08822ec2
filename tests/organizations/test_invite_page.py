"""The page of an invite in the admin: what it is good for, and how it is revoked."""

import datetime as dt

import pytest
from django.contrib.auth.models import Permission
from django.test import Client
from django.utils import timezone

from accounts.models import AuditEvent
from organizations.models import Invite, Organization
from tests.accounts.test_admin_pages import browser_of_staff, said
from tests.conftest import Actor, make_client
from tests.factories import InviteFactory, UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def invite(organization: Organization, owner: Actor) -> Invite:
    """For whoever holds it."""
    made: Invite = InviteFactory.create(
        organization=organization, created_by=owner.user, token="an invite"
    )
    return made


def page_of(invite: Invite, name: str = "change") -> str:
    return f"/admin/organizations/invite/{invite.pk}/{name}/"


@pytest.mark.parametrize(
    ("field", "words", "offered"),
    [
        ("created_at", "Usable, once, until ", 1),
        ("accepted_at", "Accepted on ", 0),
        ("revoked_at", "Revoked on ", 0),
        ("expires_at", "Expired on ", 0),
    ],
)
def test_it_says_what_the_invite_is_good_for(
    invite: Invite, field: str, words: str, offered: int
) -> None:
    Invite.objects.update(**{field: timezone.now() - dt.timedelta(days=1)})
    if field == "accepted_at":
        Invite.objects.update(accepted_by=invite.created_by)
    page = browser_of_staff().get(page_of(invite)).content.decode()
    assert words in page
    assert "Invite for whoever holds it" in page
    assert page.count(page_of(invite, "revoke")) == offered


def test_it_is_revoked_after_a_question(invite: Invite, outsider: Actor) -> None:
    root = browser_of_staff()
    page = root.get(page_of(invite, "revoke")).content.decode()
    assert "Revoke 1 invite?" in page
    assert f'<a href="{page_of(invite)}">Cancel</a>' in page
    assert Invite.objects.get().state == "usable"
    answer = root.post(page_of(invite, "revoke"), follow=True)
    assert said(answer) == ["Revoked: the invite for whoever holds it."]
    assert answer.request["PATH_INFO"] == page_of(invite)
    assert outsider.post("/invites/an invite/accept").status_code == 404
    assert AuditEvent.objects.get(action="invite.revoked").door == "admin"


@pytest.mark.parametrize("method", ["get", "post"])
def test_what_does_not_work_any_more_is_not_revoked_again(invite: Invite, method: str) -> None:
    Invite.objects.update(revoked_at=timezone.now())
    answer = getattr(browser_of_staff(), method)(page_of(invite, "revoke"), follow=True)
    assert said(answer) == ["This invite does not work any more."]
    assert not AuditEvent.objects.filter(action="invite.revoked").exists()


@pytest.mark.parametrize("method", ["get", "post"])
def test_who_may_only_look_is_not_asked(invite: Invite, method: str) -> None:
    auditor = _auditor()
    assert page_of(invite, "revoke") not in auditor.get(page_of(invite)).content.decode()
    assert getattr(auditor, method)(page_of(invite, "revoke")).status_code == 403
    assert Invite.objects.get().state == "usable"


def _auditor() -> Client:
    user = UserFactory.create(is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename="view_invite"))
    browser = make_client()
    browser.force_login(user)
    return browser
