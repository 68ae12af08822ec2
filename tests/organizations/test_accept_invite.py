"""POST /invites/{token}/accept."""

import datetime as dt

import pytest
from django.utils import timezone

from accounts.models import AuditEvent, User
from organizations.models import (
    Invite,
    MemberRole,
    Membership,
    Organization,
    Role,
    SignupRequest,
)
from organizations.permissions import Permission
from tests.conftest import Actor, Answer, log_in, make_bot, refusal
from tests.factories import InviteFactory, UserFactory, add_member, make_role

pytestmark = pytest.mark.django_db

NOT_FOUND = (404, "invite not found", "invite_not_found")
NOT_FOR_THIS_USER = (403, "invite not for this user", "invite_not_for_this_user")


@pytest.fixture
def invite(organization: Organization, owner: Actor) -> Invite:
    """An open invite whose token is "come-in"."""
    made: Invite = InviteFactory.create(
        organization=organization, created_by=owner.user, token="come-in"
    )
    return made


def accept(actor: Actor, link: str = "come-in") -> Answer:
    return actor.post(f"/invites/{link}/accept")


def is_member(actor: Actor) -> bool:
    return Membership.objects.filter(user=actor.user).exists()


def test_whoever_accepts_is_a_member_without_roles(
    invite: Invite, outsider: Actor, organization: Organization
) -> None:
    answer = accept(outsider)
    assert answer.status_code == 200
    assert answer.json() == {"ok": True, "organization_id": str(organization.pk)}
    permissions = outsider.get(f"/organizations/{organization.pk}/me/permissions")
    assert permissions.json() == {"permissions": []}


def test_a_body_is_not_read(invite: Invite, outsider: Actor) -> None:
    body = {"role": "Owner", "role_ids": [str(Role.objects.get(is_system=True).pk)]}
    assert outsider.post("/invites/come-in/accept", body).status_code == 200
    assert not MemberRole.objects.filter(membership__user=outsider.user).exists()


def test_an_invite_works_once(invite: Invite, outsider: Actor) -> None:
    late = log_in(UserFactory.create())
    assert accept(outsider).status_code == 200
    assert refusal(accept(late)) == refusal(accept(outsider)) == NOT_FOUND
    assert not is_member(late)


@pytest.mark.parametrize(
    "fields",
    [
        {"revoked_at": timezone.now()},
        {"accepted_at": timezone.now()},
        {"expires_at": timezone.now() - dt.timedelta(seconds=1)},
    ],
    ids=["revoked", "used", "expired"],
)
def test_one_that_works_no_more_is_as_unknown(
    invite: Invite, outsider: Actor, fields: dict[str, object]
) -> None:
    Invite.objects.update(**fields)
    assert refusal(accept(outsider)) == refusal(accept(outsider, "unknown")) == NOT_FOUND
    assert not is_member(outsider)


@pytest.mark.parametrize("token", ["x", "%00", "%ff", "é", "a" * 3000, "%20come-in", "come-in%20"])
def test_a_token_that_is_none_is_not_found(invite: Invite, outsider: Actor, token: str) -> None:
    assert accept(outsider, token).status_code == 404
    assert not is_member(outsider)


def test_the_digest_in_the_database_is_no_token(invite: Invite, outsider: Actor) -> None:
    assert refusal(accept(outsider, invite.digest)) == NOT_FOUND


@pytest.mark.parametrize("email", ["outsider@example.com", "OUTSIDER@Example.COM"])
def test_a_bound_one_is_for_the_address_in_any_spelling(
    organization: Organization, owner: Actor, outsider: Actor, email: str
) -> None:
    path = f"/organizations/{organization.pk}/invites"
    token = owner.post(path, {"email": email}).json()["token"]
    assert accept(outsider, token).status_code == 200


def test_for_another_account_it_stays_usable(
    organization: Organization, owner: Actor, outsider: Actor
) -> None:
    guest = log_in(UserFactory.create(email="mia@example.com"))
    path = f"/organizations/{organization.pk}/invites"
    token = owner.post(path, {"email": "mia@example.com"}).json()["token"]
    assert refusal(accept(outsider, token)) == NOT_FOR_THIS_USER
    assert not is_member(outsider)
    assert not AuditEvent.objects.filter(action="invite.accepted").exists()
    assert accept(guest, token).status_code == 200


def test_a_pending_account_is_approved_by_the_inviter(
    invite: Invite, pending: Actor, owner: Actor, organization: Organization
) -> None:
    assert accept(pending).status_code == 200
    request = SignupRequest.objects.get()
    assert (request.status, request.resolved_by) == ("approved", owner.user)
    assert request.resolved_through == "invite"
    assert pending.get("/me").json()["signup_pending"] is False
    assert pending.get(f"/organizations/{organization.pk}").status_code == 200
    assert AuditEvent.objects.filter(action="signup.approved").count() == 1


def test_an_invite_of_another_organization_opens_the_account_and_not_the_one_that_it_asked_for(
    pending: Actor, owner: Actor, organization: Organization
) -> None:
    other = Organization.objects.create(name="Other", slug="other")
    add_member(other, owner.user, make_role(other, Permission.ORG_MEMBERS_MANAGE))
    InviteFactory.create(organization=other, created_by=owner.user, token="over-here")
    assert accept(pending, "over-here").status_code == 200
    assert SignupRequest.objects.get().status == "approved"
    assert pending.get(f"/organizations/{other.pk}").status_code == 200
    answer = pending.get(f"/organizations/{organization.pk}")
    assert refusal(answer)[:2] == (403, "not a member of this organization")


def test_a_refused_invite_leaves_a_pending_account_pending(invite: Invite, pending: Actor) -> None:
    Invite.objects.update(email="mia@example.com", email_key="mia@example.com")
    assert refusal(accept(pending)) == NOT_FOR_THIS_USER
    assert refusal(accept(pending, "unknown")) == NOT_FOUND
    assert pending.get("/me").json()["signup_pending"] is True
    assert SignupRequest.objects.get().status == "pending"


def test_a_request_that_was_resolved_stays_as_it_was(
    invite: Invite, pending: Actor, owner: Actor, organization: Organization
) -> None:
    request = SignupRequest.objects.get()
    owner.post(f"/organizations/{organization.pk}/signup-requests/{request.pk}/approve")
    assert accept(pending).status_code == 200
    request.refresh_from_db()
    assert request.resolved_through == "api"


def test_a_member_keeps_membership_and_roles(invite: Invite, owner: Actor) -> None:
    membership = Membership.objects.get(user=owner.user)
    assert accept(owner).status_code == 200
    assert Membership.objects.get(user=owner.user) == membership
    assert MemberRole.objects.get(membership=membership).role.is_system


def test_a_removed_member_can_be_invited_again(
    invite: Invite, member: Actor, organization: Organization
) -> None:
    Membership.objects.filter(user=member.user).delete()
    assert accept(member).status_code == 200
    assert member.get(f"/organizations/{organization.pk}").status_code == 200


def inviter_loses_role(creator: User) -> None:
    MemberRole.objects.filter(membership__user=creator).delete()


def inviter_is_removed(creator: User) -> None:
    Membership.objects.filter(user=creator).delete()


def inviter_is_disabled(creator: User) -> None:
    User.objects.filter(pk=creator.pk).update(is_active=False)


def role_loses_permission(creator: User) -> None:
    Role.objects.filter(memberships__user=creator).update(permissions=["board.read"])


@pytest.mark.parametrize(
    "happens", [inviter_loses_role, inviter_is_removed, inviter_is_disabled, role_loses_permission]
)
def test_it_is_void_once_its_creator_may_invite_no_more(
    organization: Organization, outsider: Actor, happens: object
) -> None:
    creator = UserFactory.create()
    add_member(organization, creator, make_role(organization, Permission.ORG_MEMBERS_MANAGE))
    InviteFactory.create(organization=organization, created_by=creator, token="come-in")
    assert callable(happens)
    happens(creator)
    assert refusal(accept(outsider)) == NOT_FOUND
    assert not is_member(outsider)


def test_a_service_account_accepts_nothing(invite: Invite, organization: Organization) -> None:
    mighty = make_bot(organization, *Permission)
    assert refusal(accept(mighty)) == (403, "forbidden", "forbidden")
    invite.refresh_from_db()
    assert invite.accepted_at is None


def test_a_credential_is_needed(invite: Invite, anonymous: Actor) -> None:
    assert refusal(accept(anonymous)) == (401, "unauthorized", "unauthorized")
    invite.refresh_from_db()
    assert invite.accepted_at is None


def test_the_invite_keeps_who_used_it(invite: Invite, outsider: Actor) -> None:
    accept(outsider)
    invite.refresh_from_db()
    assert (invite.accepted_by, invite.state) == (outsider.user, "accepted")


def test_the_events_tell_of_invite_and_membership(invite: Invite, outsider: Actor) -> None:
    accept(outsider)
    events = AuditEvent.objects.filter(actor_id=outsider.user.pk).order_by("pk")
    assert [event.action for event in events] == ["member.added", "invite.accepted"]
    assert "come-in" not in str(list(events.values()))
