"""PATCH /organizations/{org}."""

import pytest

from accounts.models import AuditEvent
from organizations.models import Organization
from organizations.permissions import Permission
from tests.conftest import Actor, log_in, make_bot, refusal
from tests.factories import OrganizationFactory, UserFactory, add_member, make_role

pytestmark = pytest.mark.django_db

URL = "https://work.acme.example"


@pytest.fixture
def path(organization: Organization) -> str:
    return f"/organizations/{organization.pk}"


@pytest.fixture(params=["access token", "service account token"])
def manager(request: pytest.FixtureRequest, organization: Organization) -> Actor:
    """A holder of org.manage, with either kind of credential."""
    if request.param == "service account token":
        return make_bot(organization, Permission.ORG_MANAGE)
    user = UserFactory.create(email="manager@example.com")
    add_member(organization, user, make_role(organization, Permission.ORG_MANAGE))
    return log_in(user)


def events() -> list[AuditEvent]:
    return list(AuditEvent.objects.filter(action="organization.changed"))


def test_name_and_url_are_changed_and_answered(manager: Actor, path: str) -> None:
    answer = manager.patch(path, {"name": " Apex ", "intended_public_url": URL})
    assert answer.status_code == 200
    assert (answer.json()["name"], answer.json()["intended_public_url"]) == ("Apex", URL)
    assert manager.get(path).json() == answer.json()


def test_the_slug_stays(manager: Actor, path: str) -> None:
    assert manager.patch(path, {"name": "Apex"}).json()["slug"] == "acme"


def test_what_is_absent_is_left(manager: Actor, path: str) -> None:
    before = manager.patch(path, {"intended_public_url": URL}).json()
    assert manager.patch(path, {}).json() == before
    assert manager.patch(path, {"name": "Apex"}).json() == {**before, "name": "Apex"}


def test_null_clears_the_url(manager: Actor, path: str) -> None:
    manager.patch(path, {"intended_public_url": URL})
    assert manager.patch(path, {"intended_public_url": None}).json()["intended_public_url"] is None


@pytest.mark.parametrize("body", [{"name": None}, {"name": ""}, {"name": " "}])
def test_a_name_cannot_be_cleared(manager: Actor, path: str, body: dict[str, object]) -> None:
    answer = manager.patch(path, {**body, "intended_public_url": URL})
    assert refusal(answer) == (400, "name required", "name_required")
    assert Organization.objects.get().intended_public_url is None


@pytest.mark.parametrize(
    "url",
    ["ftp://a.example", "javascript:alert(1)", "a.example", "http://", "https://a b.example"],
)
def test_a_url_is_http(manager: Actor, path: str, url: str) -> None:
    answer = manager.patch(path, {"name": "Apex", "intended_public_url": url})
    expected = "intended_public_url must be an http(s) URL"
    assert refusal(answer) == (400, expected, "intended_public_url_invalid")
    assert Organization.objects.get().name == "Acme"
    assert events() == []


@pytest.mark.parametrize(("length", "status"), [(2048, 200), (2049, 400)])
def test_a_url_has_at_most_2048_characters(
    manager: Actor, path: str, length: int, status: int
) -> None:
    url = "https://a.example/".ljust(length, "x")
    answer = manager.patch(path, {"intended_public_url": url})
    assert answer.status_code == status
    if status == 400:
        expected = "intended_public_url too long"
        assert refusal(answer) == (400, expected, "intended_public_url_too_long")


@pytest.mark.parametrize("field", ["name", "intended_public_url"])
@pytest.mark.parametrize("value", [5, True, ["x"], {"a": "b"}, "nul\x00"])
def test_what_is_no_text_is_refused(manager: Actor, path: str, field: str, value: object) -> None:
    answer = manager.patch(path, {field: value})
    assert answer.status_code == 400
    assert Organization.objects.get().name == "Acme"


def test_nothing_else_can_be_changed(manager: Actor, path: str) -> None:
    before = Organization.objects.values().get()
    body = {"id": "x", "slug": "eve", "open_signups_enabled": False, "created_at": "2000-01-01"}
    assert manager.patch(path, body).status_code == 200
    assert Organization.objects.values().get() == before


def test_another_organization_is_untouched(manager: Actor, path: str) -> None:
    other = OrganizationFactory.create(name="Other")
    manager.patch(path, {"name": "Apex"})
    other.refresh_from_db()
    assert other.name == "Other"


def test_one_event_tells_what_changed_and_none_that_nothing_did(manager: Actor, path: str) -> None:
    manager.patch(path, {"name": "Apex", "intended_public_url": None})
    manager.patch(path, {"name": "Apex"})
    (event,) = events()
    assert (event.before, event.after) == ({"name": "Acme"}, {"name": "Apex"})
    assert event.actor_id == manager.user.pk


def test_no_body_is_invalid_json(manager: Actor, path: str) -> None:
    assert refusal(manager.patch(path)) == (400, "invalid json", "invalid_json")


def test_permission_is_checked_before_the_body(member: Actor, path: str) -> None:
    assert refusal(member.send("PATCH", path, "{")) == (403, "forbidden", "forbidden")
