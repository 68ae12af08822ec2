"""Users in the admin."""

from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.test import Client
from django.utils import timezone

from accounts.models import AuditEvent, Session, User
from organizations.models import Organization
from tests.accounts.test_admin_pages import ask, make_session
from tests.conftest import Actor, log_in, make_bot, make_client
from tests.factories import PASSWORD, UserFactory, add_member

pytestmark = pytest.mark.django_db


@pytest.fixture
def boss(organization: object) -> Client:
    """A superuser's browser."""
    client = make_client()
    client.force_login(UserFactory.create(is_staff=True, is_superuser=True))
    return client


def make_clerk(*codes: str) -> tuple[User, Client]:
    """Staff with these permissions on users, and their browser."""
    user = UserFactory.create(email="clerk@example.com", is_staff=True)
    permissions = Permission.objects.filter(content_type__app_label="accounts", codename__in=codes)
    user.user_permissions.set(permissions)
    client = make_client()
    client.force_login(user)
    return user, client


def edit(browser: Client, user: User, **changes: object) -> Any:
    """Posts the form of a user, as a browser does: unticked boxes are not sent."""
    fields: dict[str, object] = {"display_name": user.display_name}
    fields |= {name: "on" for name in ("is_active", "is_staff") if getattr(user, name)}
    kept = {name: value for name, value in {**fields, **changes}.items() if value is not False}
    return browser.post(f"/admin/accounts/user/{user.pk}/change/", kept)


def test_disabling_ends_all_sessions_at_once(boss: Client, member: Actor) -> None:
    second = log_in(member.user)
    assert edit(boss, member.user, is_active=False).status_code == 302
    assert [actor.get("/me").status_code for actor in (member, second)] == [401, 401]
    body = {"refresh_token": member.refresh_token}
    assert Actor().post("/auth/refresh", body).status_code == 401
    reasons = Session.objects.filter(user=member.user).values_list("revoked_reason", flat=True)
    assert set(reasons) == {"user_disabled"}


def test_disabling_leaves_others_alone(boss: Client, member: Actor, owner: Actor) -> None:
    edit(boss, member.user, is_active=False)
    assert owner.get("/me").status_code == 200


def test_a_disabled_account_does_not_log_in(boss: Client, member: Actor) -> None:
    edit(boss, member.user, is_active=False)
    body = {"email": member.user.email, "password": PASSWORD}
    answer = Actor().post("/auth/login", body)
    assert (answer.status_code, answer.json()["error"]) == (401, "invalid credentials")


def test_disabling_the_user_of_a_service_account_stops_its_token(boss: Client, bot: Actor) -> None:
    assert edit(boss, bot.user, is_active=False).status_code == 302
    assert bot.get("/me").status_code == 401


def test_enabling_lets_in_again_but_revives_no_session(boss: Client, member: Actor) -> None:
    edit(boss, member.user, is_active=False)
    user = User.objects.get(pk=member.user.pk)
    assert edit(boss, user, is_active="on").status_code == 302
    assert member.get("/me").status_code == 401
    body = {"email": user.email, "password": PASSWORD}
    assert Actor().post("/auth/login", body).status_code == 200


@pytest.mark.parametrize("right", ["is_staff", "is_active"])
def test_whom_the_admin_was_shut_to_logs_in_anew(boss: Client, right: str) -> None:
    """OWASP ASVS 5.0, 7.4.2: a session that was ended stays ended."""
    clerk, browser = make_clerk("view_user")
    assert browser.get("/admin/accounts/user/").status_code == 200
    edit(boss, clerk, **{right: False})
    User.objects.filter(pk=clerk.pk).update(is_staff=True, is_active=True)
    clerk.user_permissions.set(Permission.objects.filter(codename="view_user"))
    assert browser.get("/admin/accounts/user/").status_code == 302


def test_an_edit_of_the_name_ends_no_session(boss: Client, member: Actor) -> None:
    assert edit(boss, member.user, display_name="Mia").status_code == 302
    assert member.get("/me").json()["display_name"] == "Mia"


def test_the_address_and_the_password_are_not_edited_here(boss: Client, member: Actor) -> None:
    before = User.objects.get(pk=member.user.pk)
    edit(boss, member.user, email="eve@example.com", password="x", signup_status="denied")
    after = User.objects.get(pk=member.user.pk)
    assert (after.email, after.password) == (before.email, before.password)
    assert after.signup_status == "approved"


def test_nobody_adds_or_deletes_users(member: Actor) -> None:
    _, browser = make_clerk("add_user", "delete_user", "view_user")
    path = f"/admin/accounts/user/{member.user.pk}/delete/"
    assert browser.get("/admin/accounts/user/add/").status_code == 403
    assert browser.post(path, {"post": "yes"}).status_code == 403
    action = {"action": "delete_selected", "_selected_action": str(member.user.pk), "post": "yes"}
    browser.post("/admin/accounts/user/", action)
    assert User.objects.filter(pk=member.user.pk).exists()


def test_who_may_change_users_cannot_become_a_superuser(organization: object) -> None:
    clerk, browser = make_clerk("view_user", "change_user")
    everything = [permission.pk for permission in Permission.objects.all()]
    answer = edit(browser, clerk, is_superuser="on", user_permissions=everything, groups=[])
    assert answer.status_code == 403
    clerk.refresh_from_db()
    assert (clerk.is_superuser, clerk.user_permissions.count()) == (False, 2)


@pytest.mark.parametrize("key", ["9" * 400, str(2**63), "-1", "x", "\x00"])
def test_a_right_that_is_not_offered_is_refused(boss: Client, member: Actor, key: str) -> None:
    answer = edit(boss, member.user, user_permissions=key)
    assert "user_permissions" in answer.context["adminform"].form.errors
    assert not member.user.user_permissions.exists()


def test_the_rights_of_the_pages_are_offered_and_given(boss: Client, member: Actor) -> None:
    form = boss.get(f"/admin/accounts/user/{member.user.pk}/change/").context["adminform"].form
    offered = form.fields["user_permissions"].queryset
    assert not offered.filter(codename__in=["delete_user", "add_session", "view_logentry"])
    right = offered.get(codename="resolve_signuprequest")
    edit(boss, member.user, is_staff="on", user_permissions=right.pk)
    assert member.user.user_permissions.get() == right


def test_the_rights_are_told_as_what_they_let_somebody_do(boss: Client, member: Actor) -> None:
    page = boss.get(f"/admin/accounts/user/{member.user.pk}/change/").content.decode()
    assert "Can end sessions" in page
    assert "Can change" not in page


def test_a_right_that_is_not_offered_any_more_is_kept_by_who_holds_it(boss: Client) -> None:
    clerk, _ = make_clerk("change_auditevent")
    page = boss.get(f"/admin/accounts/user/{clerk.pk}/change/").content.decode()
    assert "Can change audit event" in page
    key = str(clerk.user_permissions.get().pk)
    assert edit(boss, clerk, display_name="Clara", user_permissions=key).status_code == 302
    assert clerk.user_permissions.count() == 1


def test_a_name_that_the_api_refuses_is_refused_here(boss: Client, member: Actor) -> None:
    answer = edit(boss, member.user, display_name="evil\u202e")
    assert "display_name" in answer.context["adminform"].form.errors
    assert not User.objects.exclude(display_name="").filter(pk=member.user.pk).exists()


def test_who_may_change_users_makes_nobody_staff(member: Actor) -> None:
    _, browser = make_clerk("view_user", "change_user")
    edit(browser, member.user, is_staff="on", is_superuser="on")
    user = User.objects.get(pk=member.user.pk)
    assert (user.is_staff, user.is_superuser) == (False, False)


def test_a_service_account_does_not_become_staff(boss: Client, organization: Any) -> None:
    bot = make_bot(organization)
    answer = edit(boss, bot.user, is_staff="on", is_superuser="on")
    assert answer.status_code in {200, 302}
    user = User.objects.get(pk=bot.user.pk)
    assert (user.is_staff, user.is_superuser) == (False, False)


def test_of_a_service_account_no_rights_are_told(
    boss: Client, organization: Any, member: Actor
) -> None:
    bot = make_bot(organization)
    pages = [
        boss.get(f"/admin/accounts/user/{user.pk}/change/").content.decode()
        for user in (bot.user, member.user)
    ]
    assert ["May do here" in page for page in pages] == [False, True]
    assert ["Superuser" in page for page in pages] == [False, True]


def test_the_owner_does_not_see_the_users(owner: Actor) -> None:
    owner.client.force_login(owner.user)
    assert owner.client.get("/admin/accounts/user/").status_code == 403
    assert owner.client.get(f"/admin/accounts/user/{owner.user.pk}/change/").status_code == 403


def test_members_do_not_reach_the_admin(member: Actor) -> None:
    member.client.force_login(member.user)
    answer = member.client.get(f"/admin/accounts/user/{member.user.pk}/change/")
    assert answer.status_code == 302
    assert answer["Location"].startswith("/admin/login/")


def test_the_ledger_of_refresh_tokens_has_no_page(boss: Client, member: Actor) -> None:
    index = boss.get("/admin/").content.decode()
    assert "token_blacklist" not in index
    assert boss.get("/admin/token_blacklist/outstandingtoken/").status_code == 404


@pytest.mark.parametrize(
    "query",
    [
        *("?q=member", "?q=%00", "?is_active__exact=x", "?is_active__exact=%00", "?id__exact=x"),
        *("?kind__exact=%00", "?signup_status__exact=%00", "?email=%00", "?email__startswith=%00"),
        *("?password__startswith=argon2", "?p=x", "?o=99"),
    ],
)
def test_the_list_survives_any_query(boss: Client, member: Actor, query: str) -> None:
    assert boss.get(f"/admin/accounts/user/{query}").status_code in {200, 302, 400}


@pytest.mark.parametrize("key", ["1", "x", "00000000-0000-7000-8000-000000000000", "_5Fx", "%00"])
def test_a_user_that_does_not_exist_is_no_error(boss: Client, key: str) -> None:
    assert boss.get(f"/admin/accounts/user/{key}/change/").status_code in {302, 404}


def test_the_last_owner_is_not_disabled(boss: Client, owner: Actor) -> None:
    """An organization always has an active human owner."""
    edit(boss, owner.user, is_active=False)
    assert User.objects.get(pk=owner.user.pk).is_active
    assert owner.get("/me").status_code == 200


def test_one_of_two_owners_is_disabled(
    boss: Client, owner: Actor, organization: Organization
) -> None:
    second = UserFactory.create(email="second@example.com")
    add_member(organization, second, organization.roles.get(is_system=True))
    assert edit(boss, owner.user, is_active=False).status_code == 302
    assert owner.get("/me").status_code == 401


def end_all(browser: Client, *users: User) -> Any:
    """Presses the button of the page that asks."""
    ticked = [str(user.pk) for user in users]
    fields = {"action": "end_sessions", "confirmed": "yes", "_selected_action": ticked}
    return browser.post("/admin/accounts/user/", fields, follow=True)


def test_all_sessions_of_a_user_are_ended_at_once(
    boss: Client, member: Actor, owner: Actor
) -> None:
    now = timezone.now()
    Session.objects.bulk_create(make_session(1, member.user, now) for _ in range(1_100))
    answer = end_all(boss, member.user)
    assert [str(text) for text in answer.context["messages"]] == ["Ended: 1101 sessions of 1 user."]
    assert (member.get("/me").status_code, owner.get("/me").status_code) == (401, 200)
    assert not Session.objects.live(now).filter(user=member.user).exists()
    event = AuditEvent.objects.get(action="sessions.revoked")
    assert (event.target_id, event.door) == (member.user.pk, "admin")
    assert str(event.actor_id) == boss.session["_auth_user_id"]


def test_all_sessions_are_ended_after_a_question(boss: Client, member: Actor, owner: Actor) -> None:
    one = ask(boss, "/admin/accounts/user/", "end_sessions", member.user)
    both = ask(boss, "/admin/accounts/user/", "end_sessions", member.user, owner.user)
    assert "End all sessions of member@example.com?" in one
    assert "End all sessions of 2 users?" in both
    assert [actor.get("/me").status_code for actor in (member, owner)] == [200, 200]


def test_nothing_is_asked_about_a_user_who_is_gone(boss: Client, bot: Actor) -> None:
    gone = bot.user.pk
    bot.user.delete()
    page = ask(boss, "/admin/accounts/user/", "end_sessions", gone)
    assert "These users do not exist any more." in page
    assert "0 users" not in page


def test_all_sessions_are_ended_those_of_the_admin_too(boss: Client) -> None:
    clerk, browser = make_clerk("view_user")
    end_all(boss, clerk)
    assert browser.get("/admin/accounts/user/").status_code == 302


def test_who_may_end_sessions_ends_all_of_a_user(member: Actor) -> None:
    _, browser = make_clerk("view_user", "change_session")
    page = browser.get(f"/admin/accounts/user/{member.user.pk}/change/").content.decode()
    assert "End all sessions" in page
    end_all(browser, member.user)
    assert member.get("/me").status_code == 401


def test_who_may_not_end_sessions_is_not_offered_it(member: Actor) -> None:
    _, browser = make_clerk("view_user", "change_user", "view_session")
    page = browser.get(f"/admin/accounts/user/{member.user.pk}/change/").content.decode()
    assert "End all sessions" not in page
    assert f"/admin/accounts/session/?user={member.user.pk}" in page
    end_all(browser, member.user)
    assert member.get("/me").status_code == 200


def test_following_a_link_ends_no_session(boss: Client, member: Actor) -> None:
    fields = {"action": "end_sessions", "_selected_action": str(member.user.pk)}
    boss.get("/admin/accounts/user/", fields)
    assert member.get("/me").status_code == 200


def test_a_form_of_another_site_ends_no_session(member: Actor) -> None:
    browser = make_client(checks_csrf=True)
    browser.force_login(UserFactory.create(is_staff=True, is_superuser=True))
    assert end_all(browser, member.user).status_code == 403
    assert member.get("/me").status_code == 200
