"""Which address a request counts for."""

import pytest
from pytest_django import Settings

from accounts.models import Session, User
from tests.conftest import Actor, Answer, caller_at
from tests.factories import PASSWORD, UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def one_try_a_minute(settings: Settings) -> None:
    settings.AUTH_RATE_PER_MINUTE = 1


@pytest.fixture
def ann() -> User:
    user: User = UserFactory.create(email="ann@example.com")
    return user


def try_login(caller: Actor, **headers: str) -> Answer:
    return caller.post("/auth/login", {"email": "ann@example.com", "password": PASSWORD}, **headers)


def are_counted_together(first: str, second: str) -> bool:
    assert try_login(caller_at(first)).status_code == 200
    return bool(try_login(caller_at(second)).status_code == 429)


@pytest.mark.parametrize(
    "value",
    [
        "1.2.3.4",
        "1.2.3.4, 5.6.7.8",
        "a",
        "",
        ",",
        "::1",
        "1.2.3.4:80",
        "'\"<>",
        "9" * 500,
        "unknown",
    ],
)
def test_a_forwarded_address_is_not_believed_by_default(ann: User, value: str) -> None:
    assert try_login(Actor()).status_code == 200
    assert try_login(Actor(), x_forwarded_for=value).status_code == 429
    assert try_login(Actor(), x_real_ip=value, forwarded=f"for={value}").status_code == 429
    assert Session.objects.get().ip_address == "127.0.0.1"


def test_behind_one_proxy_its_entry_counts(ann: User, settings: Settings) -> None:
    settings.TRUSTED_PROXIES = 1
    proxy = caller_at("10.0.0.1")
    forged = [f"1.2.3.{n}, 198.51.100.7" for n in range(2)]
    assert [try_login(proxy, x_forwarded_for=value).status_code for value in forged] == [200, 429]
    assert try_login(proxy, x_forwarded_for="198.51.100.8").status_code == 200
    addresses = Session.objects.order_by("created_at").values_list("ip_address", flat=True)
    assert list(addresses) == ["198.51.100.7", "198.51.100.8"]


def test_behind_two_proxies_the_second_from_the_right_counts(ann: User, settings: Settings) -> None:
    settings.TRUSTED_PROXIES = 2
    header = "6.6.6.6, 198.51.100.7, 10.0.0.2"
    assert try_login(caller_at("10.0.0.1"), x_forwarded_for=header).status_code == 200
    assert Session.objects.get().ip_address == "198.51.100.7"


def test_a_request_that_came_past_the_proxies_counts_for_its_peer(
    ann: User, settings: Settings
) -> None:
    settings.TRUSTED_PROXIES = 2
    try_login(caller_at("10.0.0.1"), x_forwarded_for="6.6.6.6")
    assert Session.objects.get().ip_address == "10.0.0.1"


def test_a_request_without_the_header_counts_for_its_peer(ann: User, settings: Settings) -> None:
    settings.TRUSTED_PROXIES = 1
    try_login(caller_at("10.0.0.1"))
    assert Session.objects.get().ip_address == "10.0.0.1"


@pytest.mark.parametrize("value", ["a", "unknown", "1.2.3", "1.2.3.4.5", "::g", "' OR 1=1"])
def test_unparsable_entries_of_a_proxy_count_as_one(
    ann: User, settings: Settings, value: str
) -> None:
    settings.TRUSTED_PROXIES = 1
    proxy = caller_at("10.0.0.1")
    assert try_login(proxy, x_forwarded_for="something else").status_code == 200
    assert try_login(proxy, x_forwarded_for=value).status_code == 429


@pytest.mark.parametrize("peer", ["", "fe80::1%eth0", "::ffff:192.0.2.1%1", "unix:"])
def test_an_odd_peer_is_served(ann: User, peer: str) -> None:
    assert try_login(caller_at(peer)).status_code == 200
    assert try_login(caller_at(peer)).status_code == 429


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        ("192.0.2.1", "192.0.2.2", False),
        ("2001:db8::1", "2001:db8::ffff", True),
        ("2001:db8::1", "2001:0db8:0:0:8000:0:0:1", True),
        ("2001:db8::1", "2001:db8:0:1::1", False),
        ("::ffff:192.0.2.1", "192.0.2.1", True),
        ("::ffff:192.0.2.1", "::ffff:192.0.2.2", False),
        ("fe80::1%eth0", "fe80::2%eth1", True),
    ],
)
def test_a_network_is_an_ipv4_address_or_an_ipv6_64(
    ann: User, first: str, second: str, expected: bool
) -> None:
    assert are_counted_together(first, second) is expected
