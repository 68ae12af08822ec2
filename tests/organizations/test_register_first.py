"""POST /auth/register: the first account sets the instance up."""

import pytest
from django.core import mail
from django.core.management import call_command

from accounts.models import Session, User
from organizations.models import Instance, MemberRole, Membership, Organization, Role, SignupRequest
from tests.conftest import Actor, Answer, refusal
from tests.factories import PASSWORD, UserFactory

pytestmark = pytest.mark.django_db

BODY = {
    "email": "ann@example.com",
    "password": PASSWORD,
    "name": " Ann ",
    "organization_name": " Acme Tools ",
}


def register(**changes: object) -> Answer:
    kept = {name: value for name, value in {**BODY, **changes}.items() if value != "absent"}
    return Actor().post("/auth/register", kept)


def nothing_was_written() -> bool:
    models = (User, Organization, Instance, Membership, Role, Session, SignupRequest)
    return not any(model.objects.exists() for model in models)


def test_the_answer_is_a_token_pair_of_an_account_that_is_open() -> None:
    answer = register()
    body = answer.json()
    assert answer.status_code == 201
    assert body.keys() == {"access_token", "refresh_token", "token_type", "expires_in"}
    me = Actor(body["access_token"]).get("/me").json()
    assert (me["email"], me["display_name"]) == ("ann@example.com", "Ann")
    assert (me["signup_pending"], "signup_request" in me) == (False, False)


def test_the_organization_is_made_and_owned() -> None:
    register(intended_public_url="https://work.example.org")
    organization = Organization.objects.get()
    assert (organization.name, organization.slug) == ("Acme Tools", "acme-tools")
    assert organization.open_signups_enabled
    assert organization.intended_public_url == "https://work.example.org"
    assert Instance.objects.get().organization == organization
    held = MemberRole.objects.get()
    assert (held.role.name, held.role.is_system) == ("Owner", True)
    assert held.membership.user.email == "ann@example.com"


def test_the_owner_holds_every_permission() -> None:
    owner = Actor(register().json()["access_token"])
    organization = owner.get("/organizations").json()["organizations"][0]
    path = f"/organizations/{organization['id']}"
    assert owner.patch(f"{path}/features", {}).status_code == 200
    assert owner.post(f"{path}/spaces", {"name": "Launch"}).status_code == 201
    assert owner.get(f"{path}/service-accounts").status_code == 200


def test_the_owner_is_staff_for_sign_ups_and_service_accounts_and_nothing_else() -> None:
    register()
    user = User.objects.get()
    assert (user.is_staff, user.is_superuser, user.groups.count()) == (True, False, 0)
    assert user.get_all_permissions() == {
        "organizations.view_signuprequest",
        "organizations.resolve_signuprequest",
        "service_accounts.manage_own_serviceaccount",
    }


def test_nobody_is_asked_for_approval() -> None:
    register()
    assert not SignupRequest.objects.exists()
    assert mail.outbox == []


@pytest.mark.parametrize("name", ["absent", None, "", "   "])
def test_the_organization_needs_a_name(name: object) -> None:
    answer = register(organization_name=name)
    expected = "organization_name required for the first account"
    assert refusal(answer) == (400, expected, "organization_name_required")
    assert answer.json()["fields"] == {"organization_name": ["required"]}
    assert nothing_was_written()


@pytest.mark.parametrize("value", ["absent", None, "", "  "])
def test_name_and_public_url_may_be_left_out(value: object) -> None:
    assert register(name=value, intended_public_url=value).status_code == 201
    assert User.objects.get().display_name == ""
    assert Organization.objects.get().intended_public_url is None


@pytest.mark.parametrize(
    "url",
    [
        "work.example.org",
        "ftp://example.org",
        "javascript:alert(1)",
        "http://",
        "https:///path",
        "http://[::1",
        "http://example.org:99999",
        "http://exa mple.org",
        "http://example.org/\u202egnp",
        "http://x.co/\r\nSet-Cookie: a=b",
        "//example.org",
        "data:text/html,x",
    ],
)
def test_the_public_url_must_be_an_http_url(url: str) -> None:
    answer = register(intended_public_url=url)
    expected = "intended_public_url must be an http(s) URL"
    assert refusal(answer) == (400, expected, "intended_public_url_invalid")
    assert answer.json()["fields"].keys() == {"intended_public_url"}
    assert nothing_was_written()


def test_the_public_url_has_at_most_2048_characters() -> None:
    url = "https://example.org/" + "x" * 2028
    answer = register(intended_public_url=url + "x")
    expected = "intended_public_url too long"
    assert refusal(answer) == (400, expected, "intended_public_url_too_long")
    assert nothing_was_written()
    assert register(intended_public_url=url).status_code == 201


@pytest.mark.parametrize(
    "url", ["http://localhost:3000", "HTTPS://Work.Example.org/a?b#c", "http://[::1]:8000"]
)
def test_other_http_urls_are_taken_as_given(url: str) -> None:
    assert register(intended_public_url=url).status_code == 201
    assert Organization.objects.get().intended_public_url == url


@pytest.mark.parametrize(
    ("name", "slug"),
    [
        ("Acme", "acme"),
        ("Ünïted & Söns", "united-sons"),
        ("株式会社", "organization"),
        ("!!!", "organization"),
        ("x" * 200, "x" * 50),
        ("\ufb03" * 200, "ffi" * 16 + "ff"),
    ],
)
def test_every_name_gives_a_slug(name: str, slug: str) -> None:
    assert register(organization_name=name).status_code == 201
    assert Organization.objects.get().slug == slug


@pytest.mark.parametrize("field", ["name", "organization_name"])
@pytest.mark.parametrize("value", ["x" * 201, "a\nb", "a\x1bb", "a\u202eb", "a\u2028b", 1, [], {}])
def test_a_name_is_one_line_of_text(field: str, value: object) -> None:
    answer = register(**{field: value})
    assert (answer.status_code, answer.json()["code"]) == (400, "validation_error")
    assert answer.json()["fields"].keys() == {field}
    assert nothing_was_written()


@pytest.mark.parametrize("field", ["email", "name", "organization_name", "intended_public_url"])
def test_texts_are_trimmed(field: str) -> None:
    value = {"email": "ann@example.com", "intended_public_url": "https://x.co"}.get(field, "Ann X")
    assert register(**{field: f" \t{value}\n "}).status_code == 201
    user, organization = User.objects.get(), Organization.objects.get()
    texts = (user.email, user.display_name, organization.name, organization.intended_public_url)
    assert value in texts


def test_a_superuser_does_not_count_as_the_first_account(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DJANGO_SUPERUSER_PASSWORD", PASSWORD)
    call_command("createsuperuser", email="root@example.com", interactive=False, verbosity=0)
    assert refusal(register(organization_name=None))[0] == 400
    answer = register()
    assert (answer.status_code, "signup_pending" in answer.json()) == (201, False)
    assert Membership.objects.get().user.email == "ann@example.com"


def test_users_without_an_organization_do_not_count_either() -> None:
    UserFactory.create()
    assert register().status_code == 201
    assert Membership.objects.get().user.email == "ann@example.com"


def test_the_first_account_may_not_take_a_superusers_address() -> None:
    UserFactory.create(email="ann@example.com", is_staff=True, is_superuser=True)
    assert refusal(register()) == (409, "email already registered", "email_taken")
    assert not Organization.objects.exists()
    assert not Instance.objects.exists()


def test_an_unknown_invite_does_not_set_the_instance_up() -> None:
    answer = register(invite_token="unknown")
    assert refusal(answer) == (404, "invite not found", "invite_not_found")
    assert nothing_was_written()


def test_there_is_one_first_account() -> None:
    register()
    answer = register(email="bob@example.com", organization_name="Another")
    assert (answer.status_code, answer.json()["signup_pending"]) == (201, True)
    assert Organization.objects.get().name == "Acme Tools"
    assert Membership.objects.count() == 1
