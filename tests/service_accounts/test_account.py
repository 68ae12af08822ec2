"""GET, PATCH and DELETE /organizations/{org}/service-accounts/{account}."""

import uuid

import pytest

from accounts.models import AuditEvent, User
from organizations.models import Membership, Organization
from organizations.permissions import Permission
from service_accounts.models import DEFAULT_OPENROUTER_MODEL, ServiceAccount, ServiceAccountToken
from tests.conftest import Actor, log_in, make_bot, refusal
from tests.factories import OrganizationFactory, UserFactory, add_member, make_role
from tests.service_accounts.test_list import SHAPE

pytestmark = pytest.mark.django_db

FORBIDDEN = (403, "forbidden", "forbidden")
NOT_FOUND = (404, "service account not found", "service_account_not_found")
SETTINGS = ("openrouter_model", "cursor_default_repo_url", "cursor_default_ref")


@pytest.fixture
def manager(organization: Organization) -> Actor:
    user = UserFactory.create(email="manager@example.com")
    add_member(organization, user, make_role(organization, Permission.ORG_MEMBERS_MANAGE))
    return log_in(user)


@pytest.fixture
def path(organization: Organization, bot: Actor) -> str:
    account = ServiceAccount.objects.get(user=bot.user)
    return f"/organizations/{organization.pk}/service-accounts/{account.pk}"


def changes() -> list[AuditEvent]:
    return list(AuditEvent.objects.filter(action="service_account.changed"))


def test_it_is_shown_as_in_the_list(manager: Actor, path: str) -> None:
    answer = manager.get(path)
    assert answer.status_code == 200
    assert answer.json().keys() == {"service_account"}
    account = answer.json()["service_account"]
    assert account.keys() == SHAPE
    assert manager.get(path.rpartition("/")[0]).json() == {"service_accounts": [account]}


def test_a_new_name_is_shown_everywhere(manager: Actor, bot: Actor, path: str) -> None:
    answer = manager.patch(path, {"name": " Builder "})
    assert answer.json()["service_account"]["name"] == "Builder"
    assert bot.get("/me").json()["display_name"] == "Builder"


def test_disabling_is_reversible(manager: Actor, bot: Actor, path: str) -> None:
    disabled = manager.patch(path, {"is_active": False}).json()["service_account"]
    assert disabled["is_active"] is False
    assert refusal(bot.get("/me")) == (401, "unauthorized", "unauthorized")
    assert manager.patch(path, {"is_active": True}).status_code == 200
    assert bot.get("/me").status_code == 200


def test_enabling_does_not_bring_a_revoked_token_back(
    manager: Actor, bot: Actor, path: str
) -> None:
    manager.patch(path, {"is_active": False})
    manager.send("DELETE", f"{path}/tokens/{ServiceAccountToken.objects.get().pk}")
    manager.patch(path, {"is_active": True})
    assert bot.get("/me").status_code == 401


def test_the_settings_of_a_provider_are_changed(manager: Actor, path: str) -> None:
    given = {
        "provider": "cursor",
        "openrouter_model": "some/model",
        "cursor_default_repo_url": "https://git.example.org/a.git",
        "cursor_default_ref": "main",
    }
    account = manager.patch(path, given).json()["service_account"]
    assert {name: account[name] for name in given} == given


def test_what_is_absent_is_left(manager: Actor, path: str) -> None:
    before = manager.get(path).json()
    assert manager.patch(path, {}).json() == before
    assert manager.patch(path, {"is_active": True}).json() == before
    assert changes() == []


@pytest.mark.parametrize("value", [None, "", "  "])
def test_openrouter_needs_a_model(manager: Actor, path: str, value: object) -> None:
    answer = manager.patch(path, {"name": "New", "openrouter_model": value})
    expected = "openrouter_model is required when provider is openrouter"
    assert refusal(answer) == (400, expected, "openrouter_model_required")
    account = ServiceAccount.objects.get()
    assert (account.name, account.openrouter_model) == ("Bot", DEFAULT_OPENROUTER_MODEL)
    assert changes() == []


def test_cursor_needs_no_model_until_it_is_openrouter_again(manager: Actor, path: str) -> None:
    account = manager.patch(path, {"provider": "cursor", "openrouter_model": None}).json()
    assert account["service_account"]["openrouter_model"] is None
    answer = manager.patch(path, {"provider": "openrouter"})
    assert answer.json()["code"] == "openrouter_model_required"
    answer = manager.patch(path, {"provider": "openrouter", "openrouter_model": "a/b"})
    assert answer.status_code == 200


@pytest.mark.parametrize("provider", ["openai", "OpenRouter", "", 5, True, []])
def test_a_provider_is_one_of_two(manager: Actor, path: str, provider: object) -> None:
    answer = manager.patch(path, {"provider": provider})
    expected = 'provider must be "openrouter" or "cursor"'
    assert refusal(answer) == (400, expected, "unknown_provider")
    assert ServiceAccount.objects.get().provider == "openrouter"


@pytest.mark.parametrize("name", [None, "", "  "])
def test_a_name_cannot_be_cleared(manager: Actor, path: str, name: object) -> None:
    answer = manager.patch(path, {"name": name})
    assert refusal(answer) == (400, "name required", "name_required")


@pytest.mark.parametrize("name", ["Other", "OTHER", " other "])
def test_a_name_is_taken_without_regard_to_case(
    manager: Actor, organization: Organization, path: str, name: str
) -> None:
    make_bot(organization, name="Other")
    answer = manager.patch(path, {"name": name, "is_active": False})
    expected = "service account name taken"
    assert refusal(answer) == (409, expected, "service_account_name_taken")
    account = ServiceAccount.objects.get(pk=path.rpartition("/")[2])
    assert (account.name, account.user.display_name, account.is_active) == ("Bot", "Bot", True)
    assert changes() == []


def test_it_keeps_its_own_name_in_another_spelling(manager: Actor, path: str) -> None:
    assert manager.patch(path, {"name": "BOT"}).json()["service_account"]["name"] == "BOT"


@pytest.mark.parametrize("value", [None, 0, 1, "true", [], {}])
def test_whether_it_is_active_is_true_or_false(manager: Actor, path: str, value: object) -> None:
    answer = manager.patch(path, {"is_active": value})
    assert (answer.status_code, answer.json()["fields"].keys()) == (400, {"is_active"})


@pytest.mark.parametrize("field", SETTINGS)
@pytest.mark.parametrize("value", ["x" * 501, 5, ["x"]])
def test_a_setting_is_text(manager: Actor, path: str, field: str, value: object) -> None:
    answer = manager.patch(path, {field: value})
    assert (answer.status_code, answer.json()["fields"].keys()) == (400, {field})


def test_neither_owner_nor_organization_nor_roles_can_be_changed(
    manager: Actor, owner: Actor, path: str
) -> None:
    before = ServiceAccount.objects.values().get()
    other = OrganizationFactory.create()
    body = {
        "id": str(other.pk),
        "user_id": str(owner.user.pk),
        "created_by": str(owner.user.pk),
        "organization_id": str(other.pk),
        "role_ids": [],
        "token": "sa_chosen",
    }
    assert manager.patch(path, body).status_code == 200
    assert ServiceAccount.objects.values().get() == before


def test_deleting_it_kills_its_tokens_at_once(manager: Actor, bot: Actor, path: str) -> None:
    answer = manager.send("DELETE", path)
    assert (answer.status_code, answer.content) == (204, b"")
    assert refusal(bot.get("/me")) == (401, "unauthorized", "unauthorized")
    assert refusal(manager.get(path)) == refusal(manager.send("DELETE", path)) == NOT_FOUND
    assert not ServiceAccountToken.objects.exists()
    assert not User.objects.filter(pk=bot.user.pk).exists()
    assert not Membership.objects.filter(user_id=bot.user.pk).exists()


def test_what_it_made_outlives_it(manager: Actor, organization: Organization) -> None:
    maker = make_bot(organization, Permission.SPACE_CREATE, name="Maker")
    base = f"/organizations/{organization.pk}"
    space = maker.post(f"{base}/spaces", {"name": "Launch"}).json()
    account = ServiceAccount.objects.get(name="Maker")
    assert manager.send("DELETE", f"{base}/service-accounts/{account.pk}").status_code == 204
    owner = log_in(User.objects.get(email="owner@example.com"))
    assert owner.get(f"{base}/spaces/{space['id']}").json() == space


def test_its_name_is_free_again(manager: Actor, path: str) -> None:
    manager.send("DELETE", path)
    assert manager.post(path.rpartition("/")[0], {"name": "Bot"}).status_code == 201


@pytest.mark.parametrize("method", ["GET", "PATCH", "DELETE"])
def test_one_of_another_organization_is_not_found(
    manager: Actor, organization: Organization, method: str
) -> None:
    make_bot(OrganizationFactory.create(), name="Foreign")
    for account_id in (ServiceAccount.objects.get().pk, uuid.uuid4()):
        path = f"/organizations/{organization.pk}/service-accounts/{account_id}"
        assert refusal(manager.send(method, path, '{"name": "Mine"}')) == NOT_FOUND
    assert ServiceAccount.objects.get().name == "Foreign"


@pytest.mark.parametrize("method", ["GET", "PATCH", "DELETE"])
def test_it_is_for_people_who_manage_members(
    organization: Organization, member: Actor, path: str, method: str
) -> None:
    mighty = make_bot(organization, *Permission, name="Mighty")
    for actor in (member, mighty):
        assert refusal(actor.send(method, path, "{")) == FORBIDDEN
    assert ServiceAccount.objects.get(name="Bot").is_active


def test_each_change_leaves_one_event(manager: Actor, path: str) -> None:
    manager.patch(path, {"name": "Builder", "is_active": True})
    manager.send("DELETE", path)
    (event,) = changes()
    assert (event.before, event.after) == ({"name": "Bot"}, {"name": "Builder"})
    assert event.actor_id == manager.user.pk
    assert AuditEvent.objects.filter(action="service_account.deleted").count() == 1
