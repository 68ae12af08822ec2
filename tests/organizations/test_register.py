"""POST /auth/register: later accounts wait for staff."""

import uuid

import pytest
from django.core.mail import EmailMessage
from pytest_django import DjangoCaptureOnCommitCallbacks

from accounts.models import Session, User
from organizations.models import Membership, Organization, SignupRequest
from tests.conftest import Actor, Answer, refusal
from tests.factories import PASSWORD, SignupRequestFactory, UserFactory

pytestmark = pytest.mark.django_db

INCOMPLETE = (400, "email and password (min 8 chars) required", "email_and_password_required")


@pytest.fixture(autouse=True)
def set_up(organization: Organization) -> None:
    """The instance has its first account."""


def register(**changes: object) -> Answer:
    body = {"email": "new@example.com", "password": PASSWORD, **changes}
    return Actor().post("/auth/register", {k: v for k, v in body.items() if v != "absent"})


def nobody_came() -> bool:
    only_owner = User.objects.count() == 1
    return only_owner and not SignupRequest.objects.exists() and not Session.objects.exists()


def test_a_later_account_is_pending() -> None:
    answer = register()
    body = answer.json()
    assert answer.status_code == 201
    assert body.pop("signup_pending") is True
    assert body.keys() == {"access_token", "refresh_token", "token_type", "expires_in"}
    assert Actor(body["access_token"]).get("/me").json()["signup_pending"] is True


def test_a_request_is_filed_with_where_it_came_from() -> None:
    Actor().post(
        "/auth/register",
        {"email": "new@example.com", "password": PASSWORD, "name": "Nora"},
        user_agent="Firefox",
    )
    request = SignupRequest.objects.get()
    assert (request.status, request.user.email) == ("pending", "new@example.com")
    assert (request.ip_address, request.user_agent) == ("127.0.0.1", "Firefox")
    assert (request.resolved_at, request.resolved_by, request.reason) == (None, None, "")
    assert not Membership.objects.filter(user=request.user).exists()


def test_the_name_of_an_organization_is_ignored() -> None:
    answer = register(organization_name="Another", intended_public_url="https://x.co")
    assert answer.json()["signup_pending"] is True
    assert Organization.objects.get().name == "Acme"
    assert Organization.objects.get().intended_public_url is None


@pytest.mark.parametrize(
    "changes",
    [
        {"email": "absent"},
        {"email": ""},
        {"email": "  "},
        {"email": None},
        {"password": "absent"},
        {"password": ""},
        {"password": None},
        {"password": "zq3!vk9"},
        {"email": "absent", "password": "absent"},
    ],
)
def test_email_and_a_password_of_eight_characters_are_needed(changes: dict[str, object]) -> None:
    assert refusal(register(**changes)) == INCOMPLETE
    assert nobody_came()


@pytest.mark.parametrize(
    ("changes", "fields"),
    [
        ({"email": "not an address"}, {"email": ["invalid"]}),
        ({"email": ["new@example.com", "eve@example.com"]}, {"email": ["invalid"]}),
        ({"email": {"address": "new@example.com"}}, {"email": ["invalid"]}),
        ({"email": 5}, {"email": ["invalid"]}),
        ({"email": "a" * 250 + "@x.co"}, {"email": ["invalid"]}),
        ({"email": "new@x.co\r\nBcc: eve@x.co"}, {"email": ["invalid"]}),
        ({"password": 12345678}, {"password": ["invalid"]}),
        ({"password": ["correct horse"]}, {"password": ["invalid"]}),
        ({"password": "password1"}, {"password": ["password_too_common"]}),
        ({"name": "x" * 201}, {"name": ["max_length"]}),
        ({"name": ["x"]}, {"name": ["invalid"]}),
        ({"invite_token": 5}, {"invite_token": ["invalid"]}),
    ],
)
def test_other_bad_input_is_named_by_field(
    changes: dict[str, object], fields: dict[str, list[str]], mailoutbox: list[EmailMessage]
) -> None:
    answer = register(**changes)
    assert (answer.status_code, answer.json()["code"]) == (400, "validation_error")
    assert answer.json()["fields"] == fields
    assert nobody_came()
    assert mailoutbox == []


def test_no_body_is_invalid_json() -> None:
    answer = Actor().post("/auth/register")
    assert refusal(answer) == (400, "invalid json", "invalid_json")
    assert nobody_came()


@pytest.mark.parametrize("email", ["owner@example.com", "OWNER@Example.com", " owner@example.com "])
def test_an_address_is_taken_in_any_spelling(email: str) -> None:
    answer = register(email=email)
    assert refusal(answer) == (409, "email already registered", "email_taken")
    assert nobody_came()


@pytest.mark.parametrize("status", ["pending", "approved", "denied"])
def test_an_address_stays_taken_whatever_became_of_its_account(status: str) -> None:
    UserFactory.create(email="new@example.com", signup_status=status)
    assert refusal(register()) == (409, "email already registered", "email_taken")
    assert not SignupRequest.objects.exists()


def test_an_address_of_a_disabled_account_stays_taken() -> None:
    UserFactory.create(email="new@example.com", is_active=False)
    assert register().status_code == 409


def test_a_refused_registration_changes_nothing_of_the_account_that_is_there() -> None:
    before = User.objects.values().get()
    register(email="owner@example.com", password="another long one", name="Eve")
    assert User.objects.values().get() == before


@pytest.mark.parametrize("email", ["new@example.com", "owner@example.com"])
def test_closed_sign_ups_refuse_everybody_alike(email: str) -> None:
    Organization.objects.update(open_signups_enabled=False)
    answer = register(email=email)
    assert refusal(answer) == (403, "signups_disabled", "signups_disabled")
    assert nobody_came()


@pytest.mark.parametrize("is_open", [True, False])
def test_an_unknown_invite_is_refused(is_open: bool) -> None:
    Organization.objects.update(open_signups_enabled=is_open)
    answer = register(invite_token="unknown")
    assert refusal(answer) == (404, "invite not found", "invite_not_found")
    assert nobody_came()


@pytest.mark.parametrize("token", [None, ""])
def test_an_empty_invite_is_none(token: object) -> None:
    assert register(invite_token=token).json()["signup_pending"] is True


MASS_ASSIGNMENT = {
    "id": str(uuid.uuid4()),
    "is_staff": True,
    "is_superuser": True,
    "is_active": False,
    "status": "approved",
    "signup_status": "approved",
    "role": "Owner",
    "roles": ["Owner"],
    "role_ids": [],
    "organization": "acme",
    "organization_id": str(uuid.uuid4()),
    "email_verified": True,
    "email_key": "owner@example.com",
    "kind": "service",
    "groups": [1],
    "user_permissions": [1],
    "created_at": "2000-01-01T00:00:00Z",
}


def test_no_flag_can_be_set_by_registering() -> None:
    assert register(**MASS_ASSIGNMENT).json()["signup_pending"] is True
    user = User.objects.get(email="new@example.com")
    assert (user.is_active, user.is_staff, user.is_superuser) == (True, False, False)
    assert (user.kind, user.signup_status) == ("human", "pending")
    assert str(user.pk) != MASS_ASSIGNMENT["id"]
    assert user.email_key == "new@example.com"
    assert user.created_at.year > 2000
    assert not user.memberships.exists()
    assert not user.get_all_permissions()


@pytest.mark.parametrize("header", ["Bearer stale.access.token", "Bearer sa_x", "Basic YTpi"])
def test_a_stale_authorization_header_is_not_looked_at(header: str) -> None:
    body = {"email": "new@example.com", "password": PASSWORD}
    assert Actor().post("/auth/register", body, authorization=header).status_code == 201


def test_a_callers_own_account_does_not_matter(owner: Actor) -> None:
    answer = owner.post("/auth/register", {"email": "new@example.com", "password": PASSWORD})
    assert answer.json()["signup_pending"] is True
    assert SignupRequest.objects.get().status == "pending"


def test_staff_get_one_mail_after_the_commit(
    mailoutbox: list[EmailMessage],
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    UserFactory.create(email="staff@example.com", is_staff=True)
    SignupRequestFactory.create(user__email="applicant@example.com")
    with django_capture_on_commit_callbacks(execute=True):
        register(name="Nora")
        assert mailoutbox == []
    assert [message.to for message in mailoutbox] == [["owner@example.com"]]


def test_a_refused_registration_sends_no_mail(
    mailoutbox: list[EmailMessage],
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        register(email="owner@example.com")
        register(password="password1")
    assert mailoutbox == []


def test_the_password_is_stored_hashed_with_the_parameters_of_today(real_hashes: None) -> None:
    register()
    stored = User.objects.get(email="new@example.com").password
    assert stored.startswith("argon2$argon2id$v=19$m=19456,t=2,p=1$")
    assert PASSWORD not in stored
