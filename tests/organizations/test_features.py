"""GET and PATCH /organizations/{org}/features."""

import pytest

from organizations.models import Organization
from organizations.permissions import Permission
from tests.conftest import Actor, log_in, make_bot, refusal
from tests.factories import PASSWORD, UserFactory, add_member, make_role

pytestmark = pytest.mark.django_db


@pytest.fixture
def path(organization: Organization) -> str:
    return f"/organizations/{organization.pk}/features"


@pytest.fixture(params=["access token", "service account token"])
def manager(request: pytest.FixtureRequest, organization: Organization) -> Actor:
    """A holder of org.manage, with either kind of credential."""
    if request.param == "service account token":
        return make_bot(organization, Permission.ORG_MANAGE)
    user = UserFactory.create(email="manager@example.com")
    add_member(organization, user, make_role(organization, Permission.ORG_MANAGE))
    return log_in(user)


def test_a_member_reads_them(member: Actor, path: str) -> None:
    answer = member.get(path)
    assert answer.status_code == 200
    assert answer.json() == {"features": {"open_signups_enabled": True}}


@pytest.mark.parametrize("is_open", [True, False])
def test_sign_ups_are_opened_and_closed(manager: Actor, path: str, is_open: bool) -> None:
    Organization.objects.update(open_signups_enabled=not is_open)
    answer = manager.patch(path, {"open_signups_enabled": is_open})
    assert answer.status_code == 200
    assert answer.json() == {"features": {"open_signups_enabled": is_open}}
    assert manager.get(path).json() == answer.json()


def test_closing_takes_effect_at_once(manager: Actor, path: str) -> None:
    manager.patch(path, {"open_signups_enabled": False})
    body = {"email": "new@example.com", "password": PASSWORD}
    answer = Actor().post("/auth/register", body)
    assert refusal(answer) == (403, "signups_disabled", "signups_disabled")


@pytest.mark.parametrize("body", [{}, {"unknown": True}])
def test_what_is_absent_is_left(manager: Actor, path: str, body: dict[str, object]) -> None:
    answer = manager.patch(path, body)
    assert (answer.status_code, answer.json()["features"]["open_signups_enabled"]) == (200, True)


@pytest.mark.parametrize("value", [None, 0, 1, "false", "true", "", "off", [], {}, [False], 0.0])
def test_a_flag_is_true_or_false(manager: Actor, path: str, value: object) -> None:
    answer = manager.patch(path, {"open_signups_enabled": value})
    assert (answer.status_code, answer.json()["code"]) == (400, "validation_error")
    assert answer.json()["fields"].keys() == {"open_signups_enabled"}
    assert Organization.objects.get().open_signups_enabled is True


def test_other_columns_cannot_be_changed_here(manager: Actor, path: str) -> None:
    before = Organization.objects.values().get()
    manager.patch(path, {"name": "Eve Inc", "slug": "eve", "intended_public_url": "https://x.co"})
    assert Organization.objects.values().get() == before


@pytest.mark.parametrize("who", ["member", "bot"])
def test_a_member_without_the_permission_changes_nothing(
    request: pytest.FixtureRequest, path: str, who: str
) -> None:
    actor: Actor = request.getfixturevalue(who)
    answer = actor.patch(path, {"open_signups_enabled": False})
    assert refusal(answer) == (403, "forbidden", "forbidden")
    assert Organization.objects.get().open_signups_enabled is True


def test_every_other_permission_together_is_not_enough(
    organization: Organization, path: str
) -> None:
    others = [permission for permission in Permission if permission != Permission.ORG_MANAGE]
    answer = make_bot(organization, *others).patch(path, {"open_signups_enabled": False})
    assert refusal(answer) == (403, "forbidden", "forbidden")
    assert Organization.objects.get().open_signups_enabled is True


def test_the_permission_is_checked_before_the_body(member: Actor, path: str) -> None:
    assert refusal(member.send("PATCH", path, "{")) == (403, "forbidden", "forbidden")
    assert refusal(member.patch(path)) == (403, "forbidden", "forbidden")


def test_no_body_is_invalid_json(manager: Actor, path: str) -> None:
    assert refusal(manager.patch(path)) == (400, "invalid json", "invalid_json")
