"""Logging in to the admin: the same check and the same counters as the API's."""

import re
from typing import Any

import pytest
from django.contrib.auth.hashers import make_password
from pytest_django import Settings

from accounts.models import Session, User
from tests.conftest import Actor, make_client
from tests.factories import PASSWORD, UserFactory

pytestmark = pytest.mark.django_db

WRONG = "a wrong password"


@pytest.fixture(autouse=True)
def network_limit_out_of_the_way(settings: Settings) -> None:
    settings.AUTH_RATE_PER_MINUTE = 1000


@pytest.fixture
def staff() -> User:
    user: User = UserFactory.create(email="staff@example.com", is_staff=True)
    return user


def enter(password: str = PASSWORD, email: str = "staff@example.com") -> Any:
    return make_client().post(
        "/admin/login/?next=/admin/", {"username": email, "password": password}
    )


def try_api(password: str = WRONG) -> int:
    body = {"email": "staff@example.com", "password": password}
    return int(Actor().post("/auth/login", body).status_code)


@pytest.mark.parametrize("email", ["staff@example.com", "STAFF@Example.com", " staff@example.com"])
def test_staff_get_in_with_the_right_password(staff: User, email: str) -> None:
    answer = enter(email=email)
    assert (answer.status_code, answer["Location"]) == (302, "/admin/")
    assert answer.client.get("/admin/").status_code == 200


def test_each_log_in_has_a_cookie_of_its_own(staff: User) -> None:
    """One that was stolen before it is worth nothing after it (OWASP ASVS 5.0, 7.2.4)."""
    browser = enter().client
    stolen = browser.cookies["sessionid"].value
    browser.post("/admin/login/", {"username": "staff@example.com", "password": PASSWORD})
    thief = make_client()
    thief.cookies["sessionid"] = stolen
    assert (thief.get("/admin/").status_code, browser.get("/admin/").status_code) == (302, 200)


def test_an_admin_login_is_no_session_of_the_api(staff: User) -> None:
    enter()
    assert not Session.objects.exists()


@pytest.mark.parametrize(
    "changes",
    [
        {"is_staff": False},
        {"is_active": False},
        {"signup_status": "pending"},
        {"signup_status": "denied"},
        {"signup_status": "pending", "is_superuser": True},
        {"signup_status": "denied", "is_superuser": True},
    ],
)
def test_nobody_else_gets_in(staff: User, changes: dict[str, object]) -> None:
    User.objects.update(**changes)
    answer = enter()
    assert answer.status_code == 200
    assert answer.client.get("/admin/").status_code == 302


@pytest.mark.parametrize(
    "changes", [{"is_staff": False}, {"is_active": False}, {"signup_status": "denied"}]
)
def test_an_open_admin_session_ends_with_the_account(
    staff: User, changes: dict[str, object]
) -> None:
    browser = enter().client
    User.objects.update(**changes)
    assert browser.get("/admin/").status_code == 302


def test_a_service_account_does_not_get_in(bot: Actor) -> None:
    assert enter(email=bot.user.email).status_code == 200
    answer = bot.client.get("/admin/", headers={"authorization": f"Bearer {bot.token}"})
    assert answer.status_code == 302


def test_an_access_token_does_not_open_the_admin(owner: Actor) -> None:
    answer = owner.client.get("/admin/", headers={"authorization": f"Bearer {owner.token}"})
    assert answer.status_code == 302


def test_a_wrong_password_and_an_unknown_address_read_the_same(staff: User) -> None:
    pages = [enter(WRONG), enter(PASSWORD, "nobody@example.com")]
    texts = [page.context["form"].non_field_errors() for page in pages]
    assert texts[0] == texts[1]
    assert "e-mail and password of a staff account. In the password, capital" in texts[0][0]
    assert [page.status_code for page in pages] == [200, 200]


def test_the_eleventh_wrong_password_is_not_checked(staff: User) -> None:
    assert [enter(WRONG).status_code for _ in range(10)] == [200] * 10
    answer = enter()
    assert answer.status_code == 429
    assert 1 <= int(answer["Retry-After"]) <= 600
    assert re.search(r"Too many tries\. Please wait \d+ minutes\.", answer.content.decode())
    assert answer.client.get("/admin/").status_code == 302


@pytest.mark.parametrize("through_admin", [0, 1, 5, 9, 10])
def test_any_mixture_of_the_two_doors_counts_together(staff: User, through_admin: int) -> None:
    for _ in range(through_admin):
        assert enter(WRONG).status_code == 200
    for _ in range(10 - through_admin):
        assert try_api() == 401
    assert (try_api(PASSWORD), enter().status_code) == (429, 429)


def test_a_good_admin_login_resets_the_counter_of_both(staff: User) -> None:
    for _ in range(9):
        assert try_api() == 401
    assert enter().status_code == 302
    assert [try_api() for _ in range(11)] == [401] * 10 + [429]


def test_the_network_is_limited_here_too(staff: User, settings: Settings) -> None:
    settings.AUTH_RATE_PER_MINUTE = 2
    assert (try_api(), enter(WRONG).status_code) == (401, 200)
    assert (enter().status_code, try_api(PASSWORD)) == (429, 429)


def test_an_overlong_password_is_not_checked(staff: User) -> None:
    User.objects.update(password=make_password("x" * 1025))
    assert enter("x" * 1025).status_code == 200


@pytest.mark.parametrize(
    "email", ["a\x00b@x.co", "x" * 5000, "' OR 1=1 --", "\u202e", "\U0001f600"]
)
def test_hostile_input_is_just_a_wrong_address(staff: User, email: str) -> None:
    assert enter(email=email).status_code == 200


def test_a_login_needs_its_csrf_token(staff: User) -> None:
    browser = make_client(checks_csrf=True)
    body = {"username": "staff@example.com", "password": PASSWORD}
    assert browser.post("/admin/login/", body).status_code == 403
    assert browser.get("/admin/").status_code == 302


NEW = "a new and longer passphrase"


def change_password(actor: Actor, old: str = PASSWORD, new: str = NEW) -> Any:
    """Posts the form on which staff change their own password."""
    actor.client.force_login(actor.user)
    body = {"old_password": old, "new_password1": new, "new_password2": new}
    return actor.client.post("/admin/password_change/", body)


def test_a_password_changed_in_the_admin_ends_the_sessions_of_the_api(
    owner: Actor, member: Actor
) -> None:
    assert change_password(owner).status_code == 302
    assert owner.get("/me").status_code == 401
    body = {"refresh_token": owner.refresh_token}
    assert Actor().post("/auth/refresh", body).status_code == 401
    assert enter(NEW, "owner@example.com").status_code == 302
    assert enter(PASSWORD, "owner@example.com").status_code == 200
    assert member.get("/me").status_code == 200


@pytest.mark.parametrize(
    ("old", "new"),
    [(WRONG, NEW), (PASSWORD, "short"), (PASSWORD, "password1"), (PASSWORD, "x" * 1025)],
)
def test_a_change_that_is_refused_ends_nothing(owner: Actor, old: str, new: str) -> None:
    assert change_password(owner, old, new).status_code == 200
    assert owner.get("/me").status_code == 200
    assert enter(PASSWORD, "owner@example.com").status_code == 302


def test_tries_of_the_old_password_count_with_the_logins(owner: Actor) -> None:
    for _ in range(10):
        assert change_password(owner, WRONG).status_code == 200
    assert change_password(owner).status_code in {200, 429}
    body = {"email": "owner@example.com", "password": PASSWORD}
    assert Actor().post("/auth/login", body).status_code == 429
    assert owner.get("/me").status_code == 200


def test_an_overlong_old_password_is_not_checked(owner: Actor) -> None:
    User.objects.filter(pk=owner.user.pk).update(password=make_password("x" * 1025))
    owner.user.refresh_from_db()
    assert change_password(owner, "x" * 1025).status_code == 200
    assert owner.get("/me").status_code == 200
