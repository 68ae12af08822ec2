"""GET /-/metrics."""

import datetime as dt
from collections.abc import Iterator

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from prometheus_client.parser import text_string_to_metric_families
from pytest_django import Settings

from accounts.models import PasswordReset
from organizations.models import Organization, SignupRequest
from service_accounts.models import ServiceAccount, ServiceAccountToken
from tests.accounts.commands import run
from tests.config.test_faults import Outage, outage
from tests.conftest import Actor, Answer, make_bot, make_client
from tests.factories import SignupRequestFactory

__all__ = ["outage"]

pytestmark = pytest.mark.django_db

TOKEN = "a1b2c3d4e5" * 5
PATH = "/-/metrics"


@pytest.fixture
def is_on(settings: Settings) -> None:
    settings.METRICS_TOKEN = TOKEN


def scrape(authorization: str = f"Bearer {TOKEN}") -> Answer:
    return make_client().get(PATH, headers={"authorization": authorization})


def samples() -> Iterator[tuple[str, dict[str, str], float]]:
    answer = scrape()
    assert answer.status_code == 200
    for family in text_string_to_metric_families(answer.content.decode()):
        yield from ((one.name, one.labels, one.value) for one in family.samples)


def values(name: str) -> dict[str, float]:
    """The samples of one figure by the value of its one label."""
    return {"".join(labels.values()): value for found, labels, value in samples() if found == name}


def test_it_is_not_there_unless_a_token_is_set(owner: Actor) -> None:
    for authorization in (f"Bearer {TOKEN}", "Bearer ", f"Bearer {owner.token}", ""):
        answer = scrape(authorization)
        assert answer.status_code == 404
        assert b"hyperspeed_" not in answer.content


@pytest.mark.parametrize("authorization", ["Bearer", f"Basic {TOKEN}", TOKEN])
@pytest.mark.usefixtures("is_on")
def test_without_a_token_it_is_refused(authorization: str) -> None:
    answer = scrape(authorization)
    assert (answer.status_code, answer["WWW-Authenticate"]) == (401, "Bearer")
    assert answer.content == b"unauthorized\n"


@pytest.mark.parametrize("wrong", [TOKEN[:-1], TOKEN + "x", TOKEN.upper(), "\xe9" * 64, "sa_x"])
@pytest.mark.usefixtures("is_on")
def test_another_token_opens_nothing(wrong: str) -> None:
    answer = scrape(f"Bearer {wrong}")
    assert (answer.status_code, answer.content) == (401, b"unauthorized\n")
    assert answer["WWW-Authenticate"] == 'Bearer error="invalid_token"'


@pytest.mark.usefixtures("is_on")
def test_no_user_opens_it(owner: Actor, bot: Actor) -> None:
    owner.client.force_login(owner.user)
    assert owner.client.get(PATH).status_code == 401
    assert [scrape(f"Bearer {who.token}").status_code for who in (owner, bot)] == [401, 401]


@pytest.mark.usefixtures("is_on")
def test_it_can_only_be_read() -> None:
    answer = make_client().post(PATH, headers={"authorization": f"Bearer {TOKEN}"})
    assert answer.status_code in {403, 405}


@pytest.mark.usefixtures("is_on")
def test_it_is_in_the_text_format(organization: Organization, settings: Settings) -> None:
    answer = scrape()
    assert answer["Content-Type"].startswith("text/plain; version=")
    told = {name: labels for name, labels, _ in samples()}
    assert told["hyperspeed_info"] == {"version": settings.VERSION, "git_sha": settings.GIT_SHA}
    assert values("hyperspeed_database_up") == {"": 1}


@pytest.mark.usefixtures("is_on")
def test_sign_ups_that_wait_are_counted(organization: Organization) -> None:
    assert values("hyperspeed_signup_requests_pending") == {"": 0}
    assert values("hyperspeed_signup_request_oldest_pending_seconds") == {"": 0}
    for hours in (2, 5):
        created = timezone.now() - dt.timedelta(hours=hours)
        SignupRequestFactory.create(organization=organization, created_at=created)
    assert values("hyperspeed_signup_requests_pending") == {"": 2}
    (waited,) = values("hyperspeed_signup_request_oldest_pending_seconds").values()
    assert waited // 60 == 300


@pytest.mark.usefixtures("is_on")
def test_tokens_are_counted_by_use_and_by_end(organization: Organization) -> None:
    now = timezone.now()
    ends = {"used": None, "soon": 0.5, "week": 6, "month": 29, "year": 365, "expired": -1}
    for name, days in ends.items():
        make_bot(organization, name=name)
        token = ServiceAccountToken.objects.filter(service_account__name=name)
        token.update(expires_at=now + dt.timedelta(days=days) if days else None)
        token.update(created_at=now - dt.timedelta(days=40))
        token.update(last_used_at=now - dt.timedelta(hours=1 if name == "used" else 25))
    make_bot(organization, name="revoked")
    ServiceAccountToken.objects.filter(service_account__name="revoked").update(revoked_at=now)
    counts = values("hyperspeed_service_account_tokens")
    assert counts == {"active": 5, "used_within_1d": 1}
    expiring = values("hyperspeed_service_account_tokens_expiring")
    assert expiring == {"1d": 1, "7d": 2, "30d": 3}


def expire_in(days: float, *, issued: float = 40) -> None:
    """All tokens there are, issued so many days ago."""
    now, day = timezone.now(), dt.timedelta(days=1)
    ServiceAccountToken.objects.update(created_at=now - issued * day, expires_at=now + days * day)


@pytest.mark.usefixtures("is_on")
def test_a_token_that_was_replaced_is_none_that_expires(organization: Organization) -> None:
    """Else the alert would go on after its advice was followed."""
    make_bot(organization, name="Builder")
    expire_in(0.5, issued=90)
    assert values("hyperspeed_service_account_tokens_expiring")["1d"] == 1
    assert run("rotate_service_account_token", "Builder", "--overlap", "24h").status == 0
    assert values("hyperspeed_service_account_tokens")["active"] == 2
    assert set(values("hyperspeed_service_account_tokens_expiring").values()) == {0}


@pytest.mark.usefixtures("is_on")
def test_a_token_for_a_few_hours_or_of_a_disabled_account_surprises_nobody(
    organization: Organization,
) -> None:
    make_bot(organization)
    expire_in(0.5, issued=0.1)
    assert set(values("hyperspeed_service_account_tokens_expiring").values()) == {0}
    expire_in(0.5)
    ServiceAccount.objects.update(is_active=False)
    assert set(values("hyperspeed_service_account_tokens_expiring").values()) == {0}


@pytest.mark.usefixtures("is_on")
def test_it_tells_that_nobody_purges(organization: Organization) -> None:
    assert values("hyperspeed_purge_overdue") == {"": 0}
    PasswordReset.objects.create(digest="x", expires_at=timezone.now() - dt.timedelta(days=3))
    assert values("hyperspeed_purge_overdue") == {"": 1}


@pytest.mark.usefixtures("is_on")
def test_during_an_outage_the_rest_is_told(organization: Organization, outage: Outage) -> None:
    with outage():
        assert values("hyperspeed_database_up") == {"": 0}
        assert values("hyperspeed_purge_overdue") == {}
        assert len(values("hyperspeed_info")) == 1


@pytest.mark.usefixtures("is_on")
def test_it_asks_as_much_of_a_large_instance_as_of_a_small_one(organization: Organization) -> None:
    def asked() -> list[str]:
        with CaptureQueriesContext(connection) as queries:
            assert scrape().status_code == 200
        return [str(query["sql"]) for query in queries]

    before = asked()
    SignupRequestFactory.create_batch(5, organization=organization)
    assert len(asked()) == len(before) <= 10
    assert SignupRequest.objects.pending().count() == 5
