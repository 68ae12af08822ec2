"""POST /organizations/{org}/service-accounts."""

import datetime as dt
import re
import uuid

import pytest
from django.utils import timezone

from accounts.models import User
from accounts.tokens import digest
from organizations.models import MemberRole, Membership, Organization, Role
from organizations.permissions import Permission
from service_accounts.models import ServiceAccount, ServiceAccountToken
from tests.conftest import Actor, Answer, log_in, make_bot, refusal
from tests.factories import OrganizationFactory, UserFactory, add_member, make_role
from tests.service_accounts.test_list import SHAPE

pytestmark = pytest.mark.django_db

DEFAULT_MODEL = "nvidia/nemotron-3-super-120b-a12b:free"
UNKNOWN_ROLE = (400, "unknown role", "unknown_role")


@pytest.fixture
def manager(organization: Organization) -> Actor:
    """A person who may manage members and read boards."""
    user = UserFactory.create(email="manager@example.com")
    needed = (Permission.ORG_MEMBERS_MANAGE, Permission.BOARD_READ)
    add_member(organization, user, make_role(organization, *needed, name="Manager"))
    return log_in(user)


def create(actor: Actor, **body: object) -> Answer:
    organization = Organization.objects.get(slug="acme")
    return actor.post(f"/organizations/{organization.pk}/service-accounts", body)


def nothing_was_made() -> bool:
    models = (ServiceAccount, ServiceAccountToken)
    services = User.objects.filter(kind=User.Kind.SERVICE)
    members = Membership.objects.filter(user__kind=User.Kind.SERVICE)
    return not any(
        rows.exists() for rows in (*(m.objects.all() for m in models), services, members)
    )


def test_the_answer_holds_the_account_and_its_token_once(
    manager: Actor, organization: Organization
) -> None:
    answer = create(manager, name=" Builder ")
    body = answer.json()
    assert (answer.status_code, body.keys()) == (201, {"service_account", "token"})
    account = body["service_account"]
    assert account.keys() == SHAPE
    assert (account["name"], account["is_active"]) == ("Builder", True)
    assert account["organization_id"] == str(organization.pk)
    assert account["created_by"] == str(manager.user.pk)
    assert re.fullmatch(r"sa_[0-9A-Za-z]{36}", body["token"])


def test_the_token_works_at_once_and_is_the_account(manager: Actor) -> None:
    body = create(manager, name="Builder").json()
    me = Actor(body["token"]).get("/me").json()
    assert me["service_account"]["id"] == body["service_account"]["id"]
    assert me["id"] == body["service_account"]["user_id"]


def test_the_defaults(manager: Actor) -> None:
    account = create(manager, name="Builder").json()["service_account"]
    assert (account["provider"], account["openrouter_model"]) == ("openrouter", DEFAULT_MODEL)
    assert (account["cursor_default_repo_url"], account["cursor_default_ref"]) == (None, None)
    assert ServiceAccountToken.objects.get().expires_at is None


def test_null_is_the_default_too(manager: Actor) -> None:
    names = ("role_ids", "provider", "openrouter_model", "cursor_default_ref", "expires_at")
    answer = create(manager, name="Builder", **dict.fromkeys(names))
    assert answer.status_code == 201
    assert answer.json()["service_account"]["openrouter_model"] == DEFAULT_MODEL


def test_the_settings_of_a_provider_are_kept(manager: Actor) -> None:
    given = {
        "provider": "cursor",
        "openrouter_model": "some/model",
        "cursor_default_repo_url": "https://git.example.org/a.git",
        "cursor_default_ref": "main",
    }
    account = create(manager, name="Builder", **given).json()["service_account"]
    assert {name: account[name] for name in given} == given


def test_the_account_is_a_member_with_the_roles(manager: Actor, organization: Organization) -> None:
    role = make_role(organization, Permission.BOARD_READ, name="Reader")
    body = create(manager, name="Builder", role_ids=[str(role.pk), str(role.pk)]).json()
    held = MemberRole.objects.get(membership__user_id=body["service_account"]["user_id"])
    assert (held.role, held.membership.organization) == (role, organization)
    path = f"/organizations/{organization.pk}/spaces"
    assert Actor(body["token"]).get(path).status_code == 200


def test_the_backing_user_has_no_password_and_is_no_staff(manager: Actor) -> None:
    body = create(manager, name="Builder").json()
    user = User.objects.get(pk=body["service_account"]["user_id"])
    assert (user.kind, user.display_name, user.signup_status) == ("service", "Builder", "approved")
    assert (user.is_staff, user.is_superuser, user.has_usable_password()) == (False, False, False)


def test_only_digest_and_hint_of_the_token_are_stored(manager: Actor) -> None:
    raw = create(manager, name="Builder").json()["token"]
    token = ServiceAccountToken.objects.get()
    assert (token.digest, token.hint) == (digest(raw), f"sa_…{raw[-4:]}")


def test_an_expiry_is_kept(manager: Actor) -> None:
    moment = timezone.now().replace(microsecond=0) + dt.timedelta(days=90)
    assert create(manager, name="Builder", expires_at=moment.isoformat()).status_code == 201
    assert ServiceAccountToken.objects.get().expires_at == moment


@pytest.mark.parametrize("moment", ["2001-01-01T00:00:00Z", "1970-01-01T00:00:00+14:00"])
def test_an_expiry_is_in_the_future(manager: Actor, moment: str) -> None:
    answer = create(manager, name="Builder", expires_at=moment)
    expected = "expires_at must be in the future"
    assert refusal(answer) == (400, expected, "expires_at_not_in_future")
    assert nothing_was_made()


@pytest.mark.parametrize(
    "moment",
    [
        *("tomorrow", "", "2030-13-01T00:00:00Z", "0000-00-00T00:00:00Z", 4102444800, True, [], {}),
        *(
            "2999-W01-1",
            "29990101",
            "2999-01-01",
            "2999-01-01T00:00:00",
            "２９９９-01-01T00:00:00Z",
        ),
        *("0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "2030-01-01T00:00:00+99:00"),
    ],
)
def test_an_expiry_is_a_time(manager: Actor, moment: object) -> None:
    answer = create(manager, name="Builder", expires_at=moment)
    assert answer.status_code == 400
    assert answer.json()["fields"].keys() == {"expires_at"}
    assert nothing_was_made()


@pytest.mark.parametrize("body", [{}, {"name": None}, {"name": ""}, {"name": " \t"}])
def test_a_name_is_needed(manager: Actor, body: dict[str, object]) -> None:
    assert refusal(create(manager, **body)) == (400, "name required", "name_required")
    assert nothing_was_made()


@pytest.mark.parametrize("name", ["x" * 101, "a\nb", "a\u202eb", 5, True, ["x"], {"a": "b"}])
def test_a_name_is_one_line_of_text(manager: Actor, name: object) -> None:
    answer = create(manager, name=name)
    assert (answer.status_code, answer.json()["code"]) == (400, "validation_error")
    assert answer.json()["fields"].keys() == {"name"}
    assert nothing_was_made()


@pytest.mark.parametrize("letter", ["x", "\ufb03", "\u0390", "ß", "株", "\U0001f680"])
def test_any_name_of_a_hundred_characters_is_fine(manager: Actor, letter: str) -> None:
    """Case-folding can make three characters of one: the key must have the room."""
    name = 100 * letter
    assert create(manager, name=name).json()["service_account"]["name"] == name


@pytest.mark.parametrize("name", ["Builder", "BUILDER", " builder "])
def test_a_name_is_taken_without_regard_to_case(
    manager: Actor, organization: Organization, name: str
) -> None:
    make_bot(organization, name="Builder")
    answer = create(manager, name=name)
    expected = "service account name taken"
    assert refusal(answer) == (409, expected, "service_account_name_taken")
    assert ServiceAccount.objects.count() == ServiceAccountToken.objects.count() == 1
    assert User.objects.filter(kind="service").count() == 1
    assert Membership.objects.filter(user__kind="service").count() == 1


def test_a_name_may_be_used_again_in_another_organization(manager: Actor) -> None:
    make_bot(OrganizationFactory.create(), name="Builder")
    assert create(manager, name="Builder").status_code == 201


@pytest.mark.parametrize("provider", ["openai", "OpenRouter", " openrouter", "", 5, True, [], {}])
def test_a_provider_is_one_of_two(manager: Actor, provider: object) -> None:
    answer = create(manager, name="Builder", provider=provider)
    expected = 'provider must be "openrouter" or "cursor"'
    assert refusal(answer) == (400, expected, "unknown_provider")
    assert nothing_was_made()


@pytest.mark.parametrize(
    "field", ["openrouter_model", "cursor_default_repo_url", "cursor_default_ref"]
)
@pytest.mark.parametrize("value", ["x" * 501, 5, ["x"], {"a": "b"}])
def test_a_setting_is_text(manager: Actor, field: str, value: object) -> None:
    answer = create(manager, name="Builder", **{field: value})
    assert (answer.status_code, answer.json()["fields"].keys()) == (400, {field})
    assert nothing_was_made()


@pytest.mark.parametrize(
    "role_ids",
    [
        [str(uuid.UUID(int=1))],
        ["x"],
        [""],
        [None],
        [5],
        [[]],
        ["00000000-0000-7000-8000-000000000000\x01"],
    ],
)
def test_a_role_that_is_unknown_is_refused(manager: Actor, role_ids: list[object]) -> None:
    answer = create(manager, name="Builder", role_ids=role_ids)
    assert answer.status_code == 400
    assert answer.json()["code"] in {"unknown_role", "validation_error"}
    assert answer.json()["fields"].keys() == {"role_ids"}
    assert nothing_was_made()


def test_a_role_of_another_organization_is_unknown(manager: Actor) -> None:
    foreign = make_role(OrganizationFactory.create(), Permission.BOARD_READ)
    answer = create(manager, name="Builder", role_ids=[str(foreign.pk)])
    assert refusal(answer) == UNKNOWN_ROLE
    assert nothing_was_made()


def test_one_unknown_role_among_good_ones_is_refused(
    manager: Actor, organization: Organization
) -> None:
    role = make_role(organization, Permission.BOARD_READ, name="Reader")
    answer = create(manager, name="Builder", role_ids=[str(role.pk), str(uuid.uuid4())])
    assert refusal(answer) == UNKNOWN_ROLE
    assert nothing_was_made()


@pytest.mark.parametrize("role_ids", ["x", 5, True, {"a": "b"}, ["x"] * 101])
def test_role_ids_are_a_list(manager: Actor, role_ids: object) -> None:
    answer = create(manager, name="Builder", role_ids=role_ids)
    assert answer.status_code == 400
    assert answer.json()["fields"].keys() == {"role_ids"}
    assert nothing_was_made()


def test_nobody_grants_a_permission_that_they_do_not_hold(
    manager: Actor, organization: Organization
) -> None:
    permissions = (Permission.BOARD_READ, Permission.TERMINAL_USE)
    role = make_role(organization, *permissions, name="Terminal")
    answer = create(manager, name="Builder", role_ids=[str(role.pk)])
    assert refusal(answer) == (403, "forbidden", "forbidden")
    assert nothing_was_made()


def test_an_owner_cannot_make_a_service_account_an_owner(owner: Actor) -> None:
    role = Role.objects.get(is_system=True)
    answer = create(owner, name="Builder", role_ids=[str(role.pk)])
    expected = "service accounts cannot be owners"
    assert refusal(answer) == (400, expected, "service_accounts_cannot_be_owners")
    assert nothing_was_made()


def test_one_who_is_no_owner_does_not_touch_the_role(
    manager: Actor, organization: Organization
) -> None:
    role = Role.objects.get(is_system=True)
    answer = create(manager, name="Builder", role_ids=[str(role.pk)])
    assert answer.status_code in {400, 403}
    assert nothing_was_made()


@pytest.mark.parametrize("who", ["member", "bot"])
def test_the_permission_is_needed_before_the_body_is_read(
    request: pytest.FixtureRequest, organization: Organization, who: str
) -> None:
    actor: Actor = request.getfixturevalue(who)
    path = f"/organizations/{organization.pk}/service-accounts"
    for content in ("{", "", '{"name": "Builder"}'):
        assert refusal(actor.send("POST", path, content)) == (403, "forbidden", "forbidden")
    assert not ServiceAccount.objects.filter(name="Builder").exists()


def test_it_is_for_people_only(organization: Organization) -> None:
    bot = make_bot(organization, *Permission)
    assert refusal(create(bot, name="Builder")) == (403, "forbidden", "forbidden")
    assert not ServiceAccount.objects.filter(name="Builder").exists()


def test_a_credential_is_needed(anonymous: Actor, organization: Organization) -> None:
    answer = create(anonymous, name="Builder", user_id=str(uuid.uuid4()))
    assert refusal(answer) == (401, "unauthorized", "unauthorized")
    assert nothing_was_made()


def test_nothing_else_can_be_set(manager: Actor, owner: Actor) -> None:
    other = OrganizationFactory.create()
    body = create(
        manager,
        name="Builder",
        id=str(uuid.UUID(int=1)),
        user_id=str(owner.user.pk),
        owner=str(owner.user.pk),
        created_by=str(owner.user.pk),
        organization=str(other.pk),
        organization_id=str(other.pk),
        is_active=False,
        token="sa_chosen",
        digest="0" * 64,
        scopes=["*"],
        permissions=["org.manage"],
        is_staff=True,
    ).json()
    account = ServiceAccount.objects.get()
    assert (account.organization.slug, account.created_by) == ("acme", manager.user)
    assert (account.is_active, account.user.kind) == (True, "service")
    assert str(account.pk) == body["service_account"]["id"] != str(uuid.UUID(int=1))
    assert not MemberRole.objects.filter(membership__user=account.user).exists()


def test_no_body_is_invalid_json(manager: Actor, organization: Organization) -> None:
    answer = manager.post(f"/organizations/{organization.pk}/service-accounts")
    assert refusal(answer) == (400, "invalid json", "invalid_json")
    assert nothing_was_made()


def test_the_token_is_shown_this_once(manager: Actor, organization: Organization) -> None:
    raw = create(manager, name="Builder").json()["token"]
    path = f"/organizations/{organization.pk}/service-accounts"
    pages = [manager.get(path), Actor(raw).get("/me"), create(manager, name="Builder")]
    assert not [page for page in pages if raw in page.content.decode()]
