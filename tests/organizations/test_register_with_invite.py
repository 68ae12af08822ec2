"""POST /auth/register with an invite_token."""

import pytest

from accounts.models import AuditEvent, User
from organizations.models import Invite, MemberRole, Membership, Organization, SignupRequest
from tests.conftest import Actor, Answer, refusal
from tests.factories import PASSWORD, InviteFactory

pytestmark = pytest.mark.django_db

NOT_FOUND = (404, "invite not found", "invite_not_found")


@pytest.fixture
def invite(organization: Organization, owner: Actor) -> Invite:
    """An open invite whose token is "come-in"."""
    made: Invite = InviteFactory.create(
        organization=organization, created_by=owner.user, token="come-in"
    )
    return made


def register(**fields: object) -> Answer:
    body = {"email": "mia@example.com", "password": PASSWORD, "invite_token": "come-in"}
    return Actor().post("/auth/register", {**body, **fields})


def nobody_came() -> bool:
    return not User.objects.filter(email="mia@example.com").exists()


def test_the_new_account_is_a_member_at_once(invite: Invite, organization: Organization) -> None:
    answer = register()
    assert answer.status_code == 201
    assert answer.json().keys() == {"access_token", "refresh_token", "token_type", "expires_in"}
    mia = Actor(answer.json()["access_token"])
    assert mia.get("/me").json()["signup_pending"] is False
    assert mia.get(f"/organizations/{organization.pk}").status_code == 200
    assert not SignupRequest.objects.exists()
    assert not MemberRole.objects.filter(membership__user__email="mia@example.com").exists()


def test_it_works_while_sign_ups_are_closed(invite: Invite) -> None:
    Organization.objects.update(open_signups_enabled=False)
    closed = refusal(register(invite_token=""))
    assert closed == (403, "signups_disabled", "signups_disabled")
    assert register().status_code == 201


def test_an_invite_works_once(invite: Invite) -> None:
    assert register().status_code == 201
    assert refusal(register(email="late@example.com")) == NOT_FOUND
    assert not User.objects.filter(email="late@example.com").exists()


@pytest.mark.parametrize("token", ["unknown", "come-in ", " come-in", "COME-IN", "a" * 5000])
def test_a_token_is_taken_exactly_as_received(invite: Invite, token: str) -> None:
    assert refusal(register(invite_token=token)) == NOT_FOUND
    assert nobody_came()


def test_an_unknown_token_is_no_way_into_open_sign_ups(invite: Invite) -> None:
    assert refusal(register(invite_token="unknown")) == NOT_FOUND
    assert not SignupRequest.objects.exists()


@pytest.mark.parametrize("token", [None, ""])
def test_none_is_an_ordinary_sign_up(invite: Invite, token: object) -> None:
    answer = register(invite_token=token)
    assert (answer.status_code, answer.json()["signup_pending"]) == (201, True)


@pytest.mark.parametrize("token", [5, True, ["come-in"], {"a": "b"}])
def test_what_is_no_text_is_refused(invite: Invite, token: object) -> None:
    answer = register(invite_token=token)
    assert (answer.status_code, answer.json()["fields"].keys()) == (400, {"invite_token"})
    assert nobody_came()


def test_one_bound_to_another_address_stays_usable(
    organization: Organization, owner: Actor
) -> None:
    path = f"/organizations/{organization.pk}/invites"
    token = owner.post(path, {"email": "Mia@Example.com"}).json()["token"]
    answer = register(invite_token=token, email="eve@example.com")
    expected = (403, "invite not for this user", "invite_not_for_this_user")
    assert refusal(answer) == expected
    assert not User.objects.filter(email="eve@example.com").exists()
    assert register(invite_token=token, email="MIA@example.com").status_code == 201


def test_an_address_that_is_taken_does_not_use_it_up(invite: Invite, member: Actor) -> None:
    answer = register(email="member@example.com")
    assert refusal(answer) == (409, "email already registered", "email_taken")
    invite.refresh_from_db()
    assert invite.accepted_at is None
    assert register().status_code == 201


@pytest.mark.parametrize("password", ["short", "password123", "mia@example.com"])
def test_a_bad_password_does_not_use_it_up(invite: Invite, password: str) -> None:
    assert register(password=password).status_code == 400
    assert nobody_came()
    assert register().status_code == 201


def test_it_is_void_once_its_creator_was_removed(invite: Invite) -> None:
    Membership.objects.all().delete()
    assert refusal(register()) == NOT_FOUND
    assert nobody_came()


def test_before_the_instance_is_set_up_there_is_no_invite(db: None) -> None:
    assert refusal(register()) == NOT_FOUND
    assert not Organization.objects.exists()
    assert nobody_came()


def test_organization_name_is_nothing_to_it(invite: Invite) -> None:
    assert register(organization_name="Eve Inc").status_code == 201
    assert Organization.objects.get().name == "Acme"


def test_the_events_tell_of_it_without_the_token(invite: Invite) -> None:
    register()
    mia = User.objects.get(email="mia@example.com")
    events = AuditEvent.objects.filter(actor_id=mia.pk).order_by("pk")
    actions = [event.action for event in events]
    assert actions == ["user.registered", "member.added", "invite.accepted"]
    assert "come-in" not in str(list(events.values()))
