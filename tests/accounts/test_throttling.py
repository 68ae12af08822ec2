"""How often a password may be tried, an account made, a token refreshed."""

import datetime as dt

import pytest
from django.conf import settings
from django.db.models import F
from django.utils import timezone
from pytest_django import Settings

from accounts import passwords, throttling
from accounts.hashers import Argon2idHasher
from accounts.models import Session, ThrottleCounter, User
from organizations.models import Organization
from tests.conftest import Actor, Answer, caller_at, log_in, refusal
from tests.factories import PASSWORD, UserFactory

pytestmark = pytest.mark.django_db

THROTTLED = (429, "too many requests", "too_many_requests")
WRONG = "a wrong password"


@pytest.fixture
def ann(settings: Settings) -> User:
    """Somebody whose account is tried; the limit of the network is out of the way."""
    settings.AUTH_RATE_PER_MINUTE = 1000
    user: User = UserFactory.create(email="ann@example.com")
    return user


def try_login(
    password: str = WRONG, email: str = "ann@example.com", caller: Actor | None = None
) -> Answer:
    body = {"email": email, "password": password}
    return (caller or Actor()).post("/auth/login", body)


def fail(times: int, email: str = "ann@example.com") -> None:
    for _ in range(times):
        assert try_login(email=email).status_code == 401


def test_ten_wrong_passwords_are_checked_and_then_none(ann: User) -> None:
    fail(10)
    answer = try_login()
    assert refusal(answer) == THROTTLED
    assert 1 <= int(answer["Retry-After"]) <= 600
    assert refusal(try_login(PASSWORD)) == THROTTLED
    assert not Session.objects.exists()


class CountingHasher(Argon2idHasher):
    """Ours; it tells how many passwords it has checked."""

    checked = 0

    def verify(self, password: str, encoded: str) -> bool:
        CountingHasher.checked += 1
        return super().verify(password, encoded)


@pytest.fixture
def hasher(settings: Settings) -> type[CountingHasher]:
    settings.PASSWORD_HASHERS = [f"{__name__}.CountingHasher"]
    passwords._dummies.cache_clear()  # another test may have stored hashes with other parameters
    CountingHasher.checked = 0
    return CountingHasher


@pytest.mark.parametrize("email", ["ann@example.com", "nobody@example.com", "no address"])
def test_a_try_costs_one_hash_for_everybody_and_a_refused_one_costs_none(
    ann: User, hasher: type[CountingHasher], email: str
) -> None:
    fail(10, email=email)
    assert hasher.checked == 10
    assert try_login(email=email).status_code == 429
    assert hasher.checked == 10


def test_an_unknown_address_is_limited_just_the_same(ann: User) -> None:
    fail(10, email="nobody@example.com")
    assert refusal(try_login(email="nobody@example.com")) == THROTTLED
    assert try_login(PASSWORD).status_code == 200


def test_all_spellings_of_an_address_count_together(ann: User) -> None:
    spellings = ["ann@example.com", "ANN@example.com", " ann@EXAMPLE.com ", "Ann@example.com"] * 3
    statuses = [try_login(email=email).status_code for email in spellings]
    assert statuses == [401] * 10 + [429] * 2


@pytest.mark.parametrize("email", ["no address", "ann@", "x" * 900])
def test_what_is_no_address_is_limited_too(ann: User, email: str) -> None:
    fail(10, email=email)
    assert refusal(try_login(email=email)) == THROTTLED


def test_an_answer_429_neither_counts_nor_extends(ann: User) -> None:
    fail(10)
    assert try_login().status_code == 429
    before = list(ThrottleCounter.objects.filter(key__startswith="login").values())
    for _ in range(5):
        assert try_login().status_code == 429
    assert list(ThrottleCounter.objects.filter(key__startswith="login").values()) == before


def test_the_lock_ends_with_its_window(ann: User) -> None:
    fail(10)
    ThrottleCounter.objects.update(resets_at=timezone.now())
    assert try_login(PASSWORD).status_code == 200


def test_after_the_window_the_count_starts_anew(ann: User) -> None:
    fail(10)
    ThrottleCounter.objects.update(resets_at=timezone.now())
    fail(10)
    assert try_login().status_code == 429


def test_the_window_begins_with_the_first_try(ann: User) -> None:
    fail(1)
    ThrottleCounter.objects.update(resets_at=F("resets_at") - dt.timedelta(minutes=9))
    fail(9)
    assert int(try_login()["Retry-After"]) <= 60


def test_a_lock_holds_from_another_address_too(ann: User) -> None:
    fail(10)
    answer = try_login(PASSWORD, caller=caller_at("198.51.100.9"))
    assert refusal(answer) == THROTTLED


def test_who_guesses_from_elsewhere_does_not_lock_the_owner_out(ann: User) -> None:
    assert try_login(PASSWORD, caller=caller_at("198.51.100.9")).status_code == 200
    fail(10)
    assert try_login().status_code == 429
    for _ in range(3):
        assert try_login(PASSWORD, caller=caller_at("198.51.100.9")).status_code == 200
    assert try_login(PASSWORD).status_code == 429


def test_who_guesses_from_the_owners_network_does_not_lock_them_out_elsewhere(ann: User) -> None:
    try_login(PASSWORD)
    fail(10)
    assert try_login(PASSWORD).status_code == 429
    assert try_login(PASSWORD, caller=caller_at("198.51.100.9")).status_code == 200


def test_a_known_network_guesses_ten_times_too(ann: User) -> None:
    home = caller_at("198.51.100.9")
    try_login(PASSWORD, caller=home)
    statuses = [try_login(caller=home).status_code for _ in range(12)]
    assert statuses == [401] * 10 + [429] * 2


def test_strangers_together_guess_ten_times(ann: User) -> None:
    strangers = [caller_at(f"203.0.113.{number}") for number in range(12)]
    statuses = [try_login(caller=stranger).status_code for stranger in strangers]
    assert statuses == [401] * 10 + [429] * 2


def test_the_network_of_the_registration_is_known(organization: Organization, ann: User) -> None:
    home = caller_at("198.51.100.9")
    home.post("/auth/register", {"email": "new@example.com", "password": PASSWORD})
    fail(10, email="new@example.com")
    assert try_login(PASSWORD, "new@example.com", home).status_code == 200


def test_each_log_in_keeps_the_network_known(ann: User) -> None:
    home = caller_at("198.51.100.9")
    try_login(PASSWORD, caller=home)
    soon = timezone.now() + dt.timedelta(days=1)
    ThrottleCounter.objects.filter(key__startswith="known").update(resets_at=soon)
    try_login(PASSWORD, caller=home)
    row = ThrottleCounter.objects.get(key__startswith="known")
    assert row.resets_at - timezone.now() > settings.SESSION_MAX_AGE


def test_a_network_is_forgotten_in_the_end(ann: User) -> None:
    home = caller_at("198.51.100.9")
    try_login(PASSWORD, caller=home)
    ThrottleCounter.objects.update(resets_at=timezone.now())
    fail(10)
    assert try_login(PASSWORD, caller=home).status_code == 429


def test_a_typed_address_reads_like_no_pair(ann: User) -> None:
    home = caller_at("198.51.100.9")
    try_login(PASSWORD, caller=home)
    for _ in range(11):
        try_login(email="ann@example.com 198.51.100.9")
    assert try_login(PASSWORD, caller=home).status_code == 200


def test_a_good_login_resets_its_own_counter_alone(ann: User) -> None:
    UserFactory.create(email="bob@example.com")
    fail(9)
    fail(9, email="bob@example.com")
    assert try_login(PASSWORD).status_code == 200
    fail(10)
    fail(1, email="bob@example.com")
    assert try_login(email="bob@example.com").status_code == 429


def test_a_good_login_does_not_reset_the_network(ann: User, settings: Settings) -> None:
    settings.AUTH_RATE_PER_MINUTE = 2
    assert [try_login(PASSWORD).status_code for _ in range(3)] == [200, 200, 429]


def test_the_right_password_of_a_denied_account_is_no_failure(ann: User) -> None:
    User.objects.update(signup_status=User.SignupStatus.DENIED)
    assert [try_login(PASSWORD).status_code for _ in range(12)] == [403] * 12


def test_the_right_password_of_a_disabled_account_is_a_failure(ann: User) -> None:
    User.objects.update(is_active=False)
    assert [try_login(PASSWORD).status_code for _ in range(11)] == [401] * 10 + [429]


def test_malformed_logins_do_not_lock_an_account(ann: User) -> None:
    for _ in range(12):
        assert Actor().post("/auth/login", {"email": "ann@example.com"}).status_code == 400
    assert try_login(PASSWORD).status_code == 200


def test_one_network_has_thirty_tries_a_minute(db: None) -> None:
    statuses = [try_login(email=f"person{n}@example.com").status_code for n in range(31)]
    assert statuses == [401] * 30 + [429]
    answer = try_login()
    assert 1 <= int(answer["Retry-After"]) <= 60
    assert try_login(caller=caller_at("198.51.100.9")).status_code == 401


def test_a_refusal_of_the_network_does_not_count_against_the_account(
    ann: User, settings: Settings
) -> None:
    settings.AUTH_RATE_PER_MINUTE = 1
    fail(1)
    for _ in range(20):
        assert try_login().status_code == 429
    assert try_login(PASSWORD, caller=caller_at("198.51.100.9")).status_code == 200


def test_logins_and_registrations_of_a_network_count_together(
    organization: Organization, settings: Settings
) -> None:
    settings.AUTH_RATE_PER_MINUTE = 3
    body = {"email": "new@example.com", "password": PASSWORD}
    assert [try_login().status_code, try_login().status_code] == [401, 401]
    assert Actor().post("/auth/register", body).status_code == 201
    body["email"] = "newer@example.com"
    assert refusal(Actor().post("/auth/register", body)) == THROTTLED
    assert try_login().status_code == 429
    assert not User.objects.filter(email="newer@example.com").exists()


def test_one_network_may_make_twenty_accounts_an_hour(
    organization: Organization, settings: Settings
) -> None:
    settings.AUTH_RATE_PER_MINUTE = 1000
    answers = [
        Actor().post("/auth/register", {"email": f"new{n}@example.com", "password": PASSWORD})
        for n in range(21)
    ]
    assert [answer.status_code for answer in answers] == [201] * 20 + [429]
    assert 60 < int(answers[-1]["Retry-After"]) <= 3600
    assert User.objects.filter(email__startswith="new").count() == 20


def test_registrations_of_taken_addresses_count_too(
    organization: Organization, settings: Settings
) -> None:
    settings.REGISTRATIONS_PER_HOUR = 2
    body = {"email": "owner@example.com", "password": PASSWORD}
    statuses = [Actor().post("/auth/register", body).status_code for _ in range(3)]
    assert statuses == [409, 409, 429]


def test_a_network_refreshes_ten_times_as_often_as_it_logs_in(settings: Settings) -> None:
    settings.AUTH_RATE_PER_MINUTE = 2
    actors = [log_in(UserFactory.create()) for _ in range(21)]
    answers = [Actor().post("/auth/refresh", {"refresh_token": a.refresh_token}) for a in actors]
    assert [answer.status_code for answer in answers] == [200] * 20 + [429]
    assert 1 <= int(answers[-1]["Retry-After"]) <= 60
    assert throttling.refreshes().maximum == 20


def test_a_throttled_refresh_does_not_spend_its_token(settings: Settings) -> None:
    settings.AUTH_RATE_PER_MINUTE = 1
    actor = log_in(UserFactory.create())
    for _ in range(10):
        Actor().post("/auth/refresh", {"refresh_token": "garbage"})
    body = {"refresh_token": actor.refresh_token}
    assert refusal(Actor().post("/auth/refresh", body)) == THROTTLED
    assert caller_at("198.51.100.9").post("/auth/refresh", body).status_code == 200


def test_refreshes_do_not_use_up_the_logins(ann: User, settings: Settings) -> None:
    settings.AUTH_RATE_PER_MINUTE = 1
    for _ in range(10):
        Actor().post("/auth/refresh", {"refresh_token": "garbage"})
    assert try_login(PASSWORD).status_code == 200


def test_the_limits_of_the_defaults() -> None:
    limits = [
        throttling.auth_requests(),
        throttling.registrations(),
        throttling.refreshes(),
        throttling.login_failures(),
    ]
    minute = dt.timedelta(minutes=1)
    assert [limit.maximum for limit in limits] == [30, 20, 300, 10]
    assert [limit.window / minute for limit in limits] == [1, 60, 1, 10]


def test_the_keys_hold_no_address_in_clear(organization: Organization) -> None:
    try_login()
    Actor().post("/auth/register", {"email": "new@example.com", "password": PASSWORD})
    keys = list(ThrottleCounter.objects.values_list("key", flat=True))
    assert {key.partition(":")[0] for key in keys} == {"auth", "login", "register", "known"}
    assert not [key for key in keys if "example" in key or "127.0.0.1" in key]
