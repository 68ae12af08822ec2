"""A session in the admin: found, understood, revoked after a question."""

import datetime as dt

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import AuditEvent, Session
from tests.accounts.test_admin_pages import (
    SESSIONS,
    USERS,
    act,
    browser_of_staff,
    rows_on,
    said,
)
from tests.conftest import Actor, log_in, make_client, session_of
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db


def revoke_page(actor: Actor) -> str:
    return f"{SESSIONS}{session_of(actor).pk}/revoke/"


@pytest.fixture
def clerk(organization: object) -> Client:
    """May end sessions."""
    return browser_of_staff("view_session", "change_session")


def test_a_session_is_revoked_after_a_question(clerk: Client, member: Actor) -> None:
    page, second = revoke_page(member), log_in(member.user)
    assert b"logged out from their next request on" in clerk.get(page).content
    assert member.get("/me").status_code == 200
    answer = clerk.post(page, follow=True).content.decode()
    assert "Ended: a session of member@example.com." in answer
    assert [actor.get("/me").status_code for actor in (member, second)] == [401, 200]
    assert AuditEvent.objects.get(action="session.revoked").door == "admin"


def test_a_session_is_ended_once(clerk: Client, member: Actor) -> None:
    page = revoke_page(member)
    clerk.post(page)
    ended = session_of(member).revoked_at
    assert "has ended already" in clerk.post(page, follow=True).content.decode()
    assert session_of(member).revoked_at == ended
    assert AuditEvent.objects.filter(action="session.revoked").count() == 1


def test_who_may_only_look_revokes_nothing(organization: object, member: Actor) -> None:
    auditor, page = browser_of_staff("view_session", "view_user"), revoke_page(member)
    assert [auditor.get(page).status_code, auditor.post(page).status_code] == [403, 403]
    assert page not in auditor.get(page.replace("revoke", "change")).content.decode()
    assert member.get("/me").status_code == 200


def test_a_form_of_another_site_revokes_nothing(member: Actor) -> None:
    browser = make_client(checks_csrf=True)
    browser.force_login(UserFactory.create(is_staff=True, is_superuser=True))
    assert browser.post(revoke_page(member)).status_code == 403
    assert member.get("/me").status_code == 200


def test_the_page_of_a_user_leads_to_their_sessions(member: Actor, owner: Actor) -> None:
    root, address = browser_of_staff(), f"{SESSIONS}?user={member.user.pk}"
    assert address in root.get(f"{USERS}{member.user.pk}/change/").content.decode()
    page = root.get(address)
    assert [session.user for session in page.context["cl"].result_list] == [member.user]
    assert address not in (
        browser_of_staff("view_user").get(f"{USERS}{member.user.pk}/change/").content.decode()
    )


@pytest.mark.parametrize("user", ["", "x", "9" * 400, "0198f6a0-0000-7000-8000-000000000000"])
def test_the_sessions_of_nobody_are_none(member: Actor, user: str) -> None:
    assert rows_on(browser_of_staff().get(SESSIONS, {"user": user})) == 0


@pytest.mark.parametrize(
    ("changed", "state", "words"),
    [
        ({}, "live", "Live: its user is logged in"),
        ({"last_used_at": -8}, "live", "Live, but unused for 7 days"),
        ({"expires_at": -1}, "ended", "when it had lasted as long as it may"),
        ({"revoked_at": -1}, "ended", "nobody is logged in by it"),
    ],
)
def test_a_page_says_what_its_state_means(
    member: Actor, changed: dict[str, int], state: str, words: str
) -> None:
    moments = {name: timezone.now() + dt.timedelta(days=day) for name, day in changed.items()}
    Session.objects.update(**moments)
    root, session = browser_of_staff(), session_of(member)
    assert words in root.get(f"{SESSIONS}{session.pk}/change/").content.decode()
    assert f'"field-state">{state}<' in root.get(SESSIONS).content.decode()


def test_what_had_ended_before_is_not_counted(clerk: Client, member: Actor, owner: Actor) -> None:
    """Not what was revoked, nor what had lasted as long as it may."""
    over, gone = (session_of(log_in(UserFactory.create())) for _ in range(2))
    Session.objects.filter(pk=over.pk).update(expires_at=timezone.now())
    Session.objects.filter(pk=gone.pk).update(revoked_at=timezone.now())
    answer = act(clerk, SESSIONS, "end_selected", session_of(owner), session_of(member), over, gone)
    assert said(answer) == ["Ended: 2 sessions."]
    answer = act(clerk, SESSIONS, "end_selected", session_of(owner), over, gone)
    assert said(answer) == ["These sessions have ended already."]
    assert AuditEvent.objects.filter(action="session.revoked").count() == 2


def test_of_too_many_rows_none_is_changed(
    clerk: Client, member: Actor, owner: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    """“Select all” means the rows of all pages, of which there may be a million."""
    monkeypatch.setattr("accounts.admin_base.MAX_ACROSS", 1)
    form = {"action": "end_selected", "select_across": "1", "_selected_action": ""}
    answer = clerk.post(SESSIONS, form, follow=True).content.decode()
    assert "At most 1 rows are changed at once. Filter or search for fewer." in answer
    assert [actor.get("/me").status_code for actor in (member, owner)] == [200, 200]
    clerk.post(f"{SESSIONS}?user={member.user.pk}", {**form, "confirmed": "yes"})
    assert [actor.get("/me").status_code for actor in (member, owner)] == [401, 200]


def test_a_time_is_told_in_one_form_and_with_its_zone(clerk: Client, member: Actor) -> None:
    session = session_of(member)
    pages = [SESSIONS, f"{SESSIONS}{session.pk}/change/"]
    moment = f"{session.created_at:%-d %B %Y at %H:%M} UTC"
    assert [moment in clerk.get(page).content.decode() for page in pages] == [True, True]
