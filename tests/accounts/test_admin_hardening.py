"""What a curious staff member could try in the admin."""

import io
import logging
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.contrib.contenttypes.models import ContentType
from django.contrib.sessions.models import Session as StoredSession
from django.core.management import call_command
from django.test import Client

from accounts import passwords
from accounts.admin_sessions import stored_key
from accounts.logs import TextFormatter
from accounts.models import User
from organizations.models import Organization
from tests.conftest import Actor, log_in, make_client
from tests.factories import PASSWORD, UserFactory

pytestmark = pytest.mark.django_db

USERS = "/admin/accounts/user/"
QUEUE = "/admin/organizations/signuprequest/"


@pytest.fixture
def root(organization: Organization) -> Client:
    browser = make_client()
    browser.force_login(UserFactory.create(is_staff=True, is_superuser=True))
    return browser


@pytest.mark.parametrize(
    "lookup",
    [
        "password__regex=^argon2",
        "password__startswith=argon2",
        "email_key__contains=a",
        "created_at__year=99999999999999",
        "last_seen_at__gte=0001-01-01T00:00:00%2B23:59",
    ],
)
def test_no_lookup_but_the_filters_of_the_page_is_answered(root: Client, lookup: str) -> None:
    assert root.get(f"{USERS}?{lookup}").status_code == 400


@pytest.mark.parametrize(
    "lookup", ["reason__regex=(", "user__password__startswith=a", "ip_address=x"]
)
def test_neither_in_the_queue(root: Client, lookup: str) -> None:
    assert root.get(f"{QUEUE}?{lookup}").status_code == 400


@pytest.mark.parametrize("lookup", ["is_active__exact=1", "kind__exact=human", "q=owner", "o=1"])
def test_the_filters_of_the_page_work(root: Client, lookup: str) -> None:
    assert root.get(f"{USERS}?{lookup}").status_code == 200


@pytest.mark.parametrize("page", ["/admin/", "/admin/login/", USERS, "/admin/nothing/"])
def test_a_page_runs_no_script_but_our_own(root: Client, page: str) -> None:
    rules = (rule.split() for rule in root.get(page)["Content-Security-Policy"].split(";"))
    policy = {name: sources for name, *sources in rules}
    assert (policy["default-src"], policy["script-src"]) == (["'none'"], ["'self'"])
    assert [policy[name] for name in ("base-uri", "frame-ancestors")] == [["'none'"]] * 2
    assert policy["form-action"] == ["'self'"]


def test_pages_of_django_that_no_page_leads_to_are_not_there(root: Client) -> None:
    field = {"app_label": "organizations", "model_name": "role", "field_name": "organization"}
    kind = ContentType.objects.get_for_model(User)
    for page, said in (("autocomplete", field), (f"r/{kind.pk}/x", {})):
        assert root.get(f"/admin/{page}/", said).status_code == 404


def test_a_selection_that_no_page_sent_is_no_error(root: Client, pending: Actor) -> None:
    answer = root.post(QUEUE, {"action": "approve_selected", "_selected_action": "junk"})
    assert answer.status_code == 302
    assert User.objects.get(pk=pending.user.pk).is_pending


def test_the_table_of_sessions_opens_nothing(root: Client) -> None:
    (stored,) = StoredSession.objects.all()
    key = root.cookies["sessionid"].value
    assert stored.session_key == stored_key(key) != key
    thief = make_client()
    thief.cookies["sessionid"] = stored.session_key
    assert thief.get("/admin/").status_code == 302
    assert root.get("/admin/").status_code == 200


def test_a_session_that_is_logged_out_is_gone(root: Client) -> None:
    page = root.post("/admin/logout/").content.decode()
    assert "You are logged out of this administration." in page
    assert "quality time" not in page
    assert not StoredSession.objects.exists()


def test_who_may_change_users_does_not_touch_staff(root: Client, owner: Actor) -> None:
    clerk = UserFactory.create(is_staff=True)
    clerk.user_permissions.set(Permission.objects.filter(codename__endswith="_user"))
    browser = make_client()
    browser.force_login(clerk)
    answer = browser.post(f"{USERS}{owner.user.pk}/change/", {"display_name": "x"})
    assert answer.status_code == 403
    assert User.objects.get(pk=owner.user.pk).is_active


def test_a_log_in_while_all_threads_for_hashes_are_busy_is_503(
    organization: Organization, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two at once: a third would wait."""
    monkeypatch.setattr(passwords, "_MAX_WAIT_SECONDS", 0.5)
    body, are_free = {"username": "owner@example.com", "password": "wrong"}, threading.Event()
    try:
        answers = []
        for _ in range(2):
            passwords._threads().submit(are_free.wait)
            answers.append(make_client().post("/admin/login/", body))
    finally:
        are_free.set()
    assert [answer.status_code for answer in answers] == [200, 503]
    assert answers[1]["Retry-After"] == "5"


def test_a_log_in_while_no_thread_can_start_is_503(
    organization: Organization, monkeypatch: pytest.MonkeyPatch
) -> None:
    ended = ThreadPoolExecutor()
    ended.shutdown()
    monkeypatch.setattr(passwords, "_threads", lambda: ended)
    body = {"username": "owner@example.com", "password": PASSWORD}
    assert make_client().post("/admin/login/", body).status_code == 503


def test_a_password_changed_on_the_command_line_ends_the_sessions(
    owner: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("getpass.getpass", lambda **_: "another long passphrase")
    call_command("changepassword", "owner@example.com", stdout=io.StringIO())
    assert owner.get("/me").status_code == 401
    body = {"email": "owner@example.com", "password": "another long passphrase"}
    assert Actor().post("/auth/login", body).status_code == 200


def test_a_name_of_an_organization_is_no_password_in_the_admin_either(owner: Actor) -> None:
    Organization.objects.update(name="Northwind Traders")
    owner.client.force_login(owner.user)
    body: dict[str, Any] = {"old_password": PASSWORD}
    body |= dict.fromkeys(("new_password1", "new_password2"), "Northwind Traders")
    assert owner.client.post("/admin/password_change/", body).status_code == 200
    assert log_in(User.objects.get(pk=owner.user.pk)).get("/me").status_code == 200
    assert owner.get("/me").status_code == 200


def test_a_line_of_the_log_cannot_be_forged() -> None:
    record = logging.makeLogRecord({"msg": "odd lookup: a\nERROR all is lost\x1b[0m"})
    line = TextFormatter("%(message)s").format(record)
    assert line == r"odd lookup: a\nERROR all is lost\x1b[0m"
