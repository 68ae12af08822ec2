"""Rows that tests stand on."""

import datetime as dt
from functools import cache

import factory
from django.contrib.auth.hashers import make_password
from django.utils import timezone

from accounts.emails import email_key, parse_email
from accounts.models import User
from accounts.tokens import digest
from organizations.models import (
    Invite,
    MemberRole,
    Membership,
    Organization,
    Role,
    SignupRequest,
    Space,
)
from organizations.permissions import Permission

PASSWORD = "correct horse battery staple"


@cache
def password_hash() -> str:
    """One hash for all: the tests that need another make it themselves."""
    return make_password(PASSWORD)


class UserFactory(factory.django.DjangoModelFactory[User]):
    class Meta:
        model = User

    email = factory.Sequence(lambda number: f"person{number}@example.com")
    email_key = factory.LazyAttribute(lambda user: parse_email(user.email).key)
    password = factory.LazyFunction(password_hash)
    last_seen_at = None


class OrganizationFactory(factory.django.DjangoModelFactory[Organization]):
    class Meta:
        model = Organization

    name = factory.Sequence(lambda number: f"Organization {number}")
    slug = factory.Sequence(lambda number: f"organization-{number}")


class SignupRequestFactory(factory.django.DjangoModelFactory[SignupRequest]):
    class Meta:
        model = SignupRequest

    user = factory.SubFactory(UserFactory, signup_status=User.SignupStatus.PENDING)
    organization = factory.SubFactory(OrganizationFactory)
    ip_address = "203.0.113.7"
    user_agent = "Firefox"


class InviteFactory(factory.django.DjangoModelFactory[Invite]):
    """An invite whose token is "invite-0", "invite-1" and so on, unless it is given."""

    class Meta:
        model = Invite

    class Params:
        token = factory.Sequence(lambda number: f"invite-{number}")

    organization = factory.SubFactory(OrganizationFactory)
    email = ""
    email_key = factory.LazyAttribute(lambda invite: email_key(invite.email))
    digest = factory.LazyAttribute(lambda invite: digest(invite.token))
    expires_at = factory.LazyFunction(lambda: timezone.now() + dt.timedelta(days=7))


class SpaceFactory(factory.django.DjangoModelFactory[Space]):
    class Meta:
        model = Space

    organization = factory.SubFactory(OrganizationFactory)
    name = factory.Sequence(lambda number: f"Space {number}")


def make_role(organization: Organization, *permissions: Permission, name: str = "Helper") -> Role:
    """A custom role with these permissions."""
    return Role.objects.create(
        organization=organization,
        name=name,
        name_key=name.casefold(),
        permissions=[permission.value for permission in permissions],
    )


def add_member(organization: Organization, user: User, *roles: Role) -> Membership:
    """A membership with these roles."""
    membership = Membership.objects.create(organization=organization, user=user)
    MemberRole.objects.bulk_create(MemberRole(membership=membership, role=role) for role in roles)
    return membership
