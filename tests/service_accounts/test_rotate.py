"""POST …/service-accounts/{account}/tokens/{token}/rotate."""

import datetime as dt
import uuid

import pytest
from django.utils import timezone

from accounts.models import AuditEvent
from organizations.models import Organization
from organizations.permissions import Permission
from service_accounts.models import ServiceAccount, ServiceAccountToken
from tests.conftest import Actor, Answer, log_in, make_bot, refusal
from tests.factories import OrganizationFactory, UserFactory, add_member, make_role

pytestmark = pytest.mark.django_db

FORBIDDEN = (403, "forbidden", "forbidden")
NOT_ACTIVE = (409, "token is not active", "token_not_active")
REPLACED = (409, "token was replaced already", "token_replaced")
MONTH = 30 * 24 * 60 * 60


@pytest.fixture
def manager(organization: Organization) -> Actor:
    user = UserFactory.create(email="manager@example.com")
    needed = (Permission.ORG_MEMBERS_MANAGE, Permission.BOARD_READ)
    add_member(organization, user, make_role(organization, *needed, name="Manager"))
    return log_in(user)


def token_of(bot: Actor) -> ServiceAccountToken:
    return ServiceAccountToken.objects.filter(service_account__user=bot.user).earliest("pk")


def rotate(actor: Actor, token: ServiceAccountToken, content: str = "") -> Answer:
    organization = Organization.objects.get(slug="acme")
    account = f"/organizations/{organization.pk}/service-accounts/{token.service_account_id}"
    return actor.send("POST", f"{account}/tokens/{token.pk}/rotate", content)


def rotations() -> int:
    return AuditEvent.objects.filter(action="token.rotated").count()


@pytest.mark.parametrize("content", ["", "{}", '{"overlap_seconds": 0}'])
def test_the_old_one_dies_at_once(manager: Actor, bot: Actor, content: str) -> None:
    answer = rotate(manager, token_of(bot), content)
    assert (answer.status_code, answer.json().keys()) == (201, {"token_info", "token"})
    assert refusal(bot.get("/me")) == (401, "unauthorized", "unauthorized")
    assert Actor(answer.json()["token"]).get("/me").status_code == 200
    assert token_of(bot).revoked_at is not None


def test_with_an_overlap_both_work_for_a_while(manager: Actor, bot: Actor) -> None:
    new = rotate(manager, token_of(bot), '{"overlap_seconds": 3600}').json()["token"]
    assert [actor.get("/me").status_code for actor in (bot, Actor(new))] == [200, 200]
    old = token_of(bot)
    assert old.revoked_at is None
    assert old.expires_at is not None
    assert dt.timedelta(minutes=59) < old.expires_at - timezone.now() <= dt.timedelta(hours=1)


def test_an_overlap_does_not_lengthen_a_life(manager: Actor, bot: Actor) -> None:
    soon = timezone.now() + dt.timedelta(minutes=1)
    ServiceAccountToken.objects.update(expires_at=soon)
    rotate(manager, token_of(bot), '{"overlap_seconds": 3600}')
    assert token_of(bot).expires_at == soon


@pytest.mark.parametrize(
    ("seconds", "status"),
    [(MONTH, 201), (MONTH + 1, 400), (-1, 400), ('"x"', 400), (1.5, 400), ("null", 400)],
)
def test_an_overlap_is_at_most_thirty_days(
    manager: Actor, bot: Actor, seconds: object, status: int
) -> None:
    answer = rotate(manager, token_of(bot), f'{{"overlap_seconds": {seconds}}}')
    assert answer.status_code == status
    if status == 400:
        assert answer.json()["fields"].keys() == {"overlap_seconds"}
        assert bot.get("/me").status_code == 200
        assert (ServiceAccountToken.objects.count(), rotations()) == (1, 0)


def test_the_successor_has_the_same_name(manager: Actor, bot: Actor) -> None:
    ServiceAccountToken.objects.update(name="laptop")
    info = rotate(manager, token_of(bot)).json()["token_info"]
    assert (info["name"], info["status"], info["expires_at"]) == ("laptop", "active", None)


def test_a_token_is_rotated_once(manager: Actor, bot: Actor) -> None:
    token = token_of(bot)
    assert rotate(manager, token).status_code == 201
    assert refusal(rotate(manager, token)) == NOT_ACTIVE
    assert (ServiceAccountToken.objects.count(), rotations()) == (2, 1)


@pytest.mark.parametrize("seconds", [0, 60, MONTH])
def test_a_token_that_has_a_successor_gets_no_other(
    manager: Actor, bot: Actor, seconds: int
) -> None:
    """It ends soon: a successor that lasts as long would end as well, though it was to last."""
    token = token_of(bot)
    rotate(manager, token, '{"overlap_seconds": 3600}')
    end = token_of(bot).expires_at
    assert refusal(rotate(manager, token, f'{{"overlap_seconds": {seconds}}}')) == REPLACED
    assert (token_of(bot).expires_at, token_of(bot).revoked_at) == (end, None)
    assert (ServiceAccountToken.objects.count(), rotations()) == (2, 1)
    assert bot.get("/me").status_code == 200


def test_the_successor_is_rotated_in_turn_and_lasts_as_long(manager: Actor, bot: Actor) -> None:
    rotate(manager, token_of(bot), '{"overlap_seconds": 3600}')
    newer = ServiceAccountToken.objects.latest("pk")
    info = rotate(manager, newer, '{"overlap_seconds": 60}').json()["token_info"]
    assert (info["expires_at"], ServiceAccountToken.objects.count()) == (None, 3)


def test_a_lifetime_is_handed_down_whole(manager: Actor, bot: Actor) -> None:
    year, week = dt.timedelta(days=365), dt.timedelta(days=7)
    start = timezone.now() - week
    ServiceAccountToken.objects.update(created_at=start, expires_at=start + year)
    for overlap in (3600, 0):
        newest = ServiceAccountToken.objects.latest("pk")
        rotate(manager, newest, f'{{"overlap_seconds": {overlap}}}')
        made = ServiceAccountToken.objects.latest("pk")
        assert made.expires_at is not None
        assert abs(made.expires_at - made.created_at - year) < dt.timedelta(minutes=1)


@pytest.mark.parametrize("field", ["revoked_at", "expires_at"])
def test_one_that_works_no_more_is_not_rotated(manager: Actor, bot: Actor, field: str) -> None:
    ServiceAccountToken.objects.update(**{field: timezone.now() - dt.timedelta(seconds=1)})
    assert refusal(rotate(manager, token_of(bot))) == NOT_ACTIVE
    assert (ServiceAccountToken.objects.count(), rotations()) == (1, 0)


def test_ten_active_tokens_can_be_rotated_without_overlap_only(manager: Actor, bot: Actor) -> None:
    account = ServiceAccount.objects.get()
    ServiceAccountToken.objects.bulk_create(
        ServiceAccountToken(service_account=account, digest=str(n)) for n in range(9)
    )
    refused = rotate(manager, token_of(bot), '{"overlap_seconds": 60}')
    assert refusal(refused) == (409, "too many tokens", "too_many_tokens")
    assert token_of(bot).expires_at is None
    assert rotate(manager, token_of(bot)).status_code == 201


def test_nobody_rotates_a_token_of_an_account_that_may_do_more_than_they(
    manager: Actor, organization: Organization
) -> None:
    strong = make_bot(organization, Permission.TERMINAL_USE, name="Strong")
    assert refusal(rotate(manager, token_of(strong))) == FORBIDDEN
    assert strong.get("/me").status_code == 200
    assert rotations() == 0


def test_a_service_account_rotates_nothing_not_even_its_own(organization: Organization) -> None:
    mighty = make_bot(organization, *Permission, name="Mighty")
    assert refusal(rotate(mighty, token_of(mighty))) == FORBIDDEN
    assert mighty.get("/me").status_code == 200


def test_an_unknown_token_is_not_found(
    manager: Actor, organization: Organization, bot: Actor
) -> None:
    other = make_bot(organization, name="Other")
    account = token_of(bot).service_account
    for token_id in (token_of(other).pk, uuid.uuid4()):
        answer = rotate(manager, ServiceAccountToken(pk=token_id, service_account=account))
        assert refusal(answer) == (404, "token not found", "token_not_found")
    assert other.get("/me").status_code == 200


def test_a_foreign_one_is_not_found(manager: Actor) -> None:
    foreign = make_bot(OrganizationFactory.create(), name="Foreign")
    answer = rotate(manager, token_of(foreign))
    assert refusal(answer) == (404, "service account not found", "service_account_not_found")
    assert foreign.get("/me").status_code == 200


@pytest.mark.parametrize("content", ["{", "[]", "null"])
def test_a_malformed_body_is_refused(manager: Actor, bot: Actor, content: str) -> None:
    answer = rotate(manager, token_of(bot), content)
    assert refusal(answer) == (400, "invalid json", "invalid_json")
    assert bot.get("/me").status_code == 200


def test_one_event_tells_both_hints(manager: Actor, bot: Actor) -> None:
    before = token_of(bot).hint
    info = rotate(manager, token_of(bot)).json()["token_info"]
    event = AuditEvent.objects.get(action="token.rotated")
    assert (event.before, event.after) == ({"hint": before}, {"hint": info["hint"]})
