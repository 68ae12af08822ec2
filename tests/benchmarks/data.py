"""The rows that every variant serves, and the tokens that open them.

Runs inside `manage.py shell`, in a process of its own: the one that measures loads no Django.
"""

import datetime as dt
import json
import sys
from typing import Any

from django.contrib.auth.hashers import Argon2PasswordHasher
from django.utils import timezone
from rest_framework_simplejwt.token_blacklist.models import OutstandingToken
from rest_framework_simplejwt.tokens import AccessToken, RefreshToken

from accounts.access_tokens import make_access_token
from accounts.actor import Door
from accounts.models import Session, User
from accounts.models.session import SessionQuerySet
from accounts.tokens import digest, make_refresh_token
from organizations.models import Instance, Organization, Role, SignupRequest, Space, SpaceRole
from organizations.permissions import Permission
from service_accounts.models import ServiceAccount, ServiceAccountToken
from service_accounts.tokens import hint, make_token
from tests.factories import PASSWORD, UserFactory, add_member, make_role

MEMBERS, SPACES, SESSIONS, CHAINS = 20, 5, 1000, 65
LARGE_SPACES, LARGE_SESSIONS, SA_TOKENS = 50, 10, 10
# Why a session was made: its user agent.
LOAD, LARGE, CHAIN = "load", "large", "chain"


def make_rows() -> None:
    """Fill an empty database; prints what callers need, as JSON."""
    organization = Organization.objects.create(name="Acme", slug="acme")
    Instance.objects.create(organization=organization)
    role = make_role(organization, Permission.BOARD_READ)
    members = [_member(organization, role) for _ in range(MEMBERS)]
    _spaces(organization, role, SPACES)
    large = Organization.objects.create(name="Large", slug="large")
    large_role = make_role(large, Permission.BOARD_READ)
    reader = _member(large, large_role)
    _spaces(large, large_role, LARGE_SPACES)
    for number in range(SESSIONS):
        _session(members[number % MEMBERS], LOAD)
    for _ in range(LARGE_SESSIONS):
        _session(reader, LARGE)
    told = {
        "organization": str(organization.pk),
        "large": str(large.pk),
        "emails": [member.email for member in members],
        "password": PASSWORD,
        "chains": [_chain(members[number % MEMBERS]) for number in range(CHAINS)],
        "sa": _service_account(organization, role),
        "stock_hash": Argon2PasswordHasher().encode(PASSWORD, "0123456789abcdefghijkl"),
    }
    json.dump(told, sys.stdout)


def mint() -> None:
    """Print access tokens of the sessions; they live for 900 seconds."""
    json.dump({name: _access_tokens(name) for name in (LOAD, LARGE)}, sys.stdout)


def mint_stock() -> None:
    """Print SimpleJWT's own tokens; runs on the settings of `stock`."""
    users = {
        name: [session.user for session in _sessions(name).select_related("user")]
        for name in (LOAD, LARGE, CHAIN)
    }
    chains = [str(RefreshToken.for_user(user)) for user in users.pop(CHAIN)]
    tokens: dict[str, Any] = {
        name: [str(AccessToken.for_user(user)) for user in found] for name, found in users.items()
    }
    json.dump(tokens | {"chains": chains}, sys.stdout)


def _member(organization: Organization, role: Role) -> User:
    user = UserFactory.create(display_name="Somebody", last_seen_at=timezone.now())
    add_member(organization, user, role)
    SignupRequest.objects.create(
        organization=organization,
        user=user,
        status=SignupRequest.Status.APPROVED,
        resolved_at=timezone.now(),
        resolved_through=Door.ADMIN,
    )
    return user


def _spaces(organization: Organization, role: Role, count: int) -> None:
    """Every fifth has an allow-list, which lets the role in."""
    for number in range(count):
        space = Space.objects.create(
            organization=organization,
            name=f"Space {number}",
            description="What it is about.",
            has_allow_list=number % 5 == 0,
        )
        if space.has_allow_list:
            SpaceRole.objects.create(space=space, role=role)


def _session(user: User, why: str) -> Session:
    expires_at = timezone.now() + dt.timedelta(days=90)
    return Session.objects.create(user=user, user_agent=why, expires_at=expires_at)


def _sessions(why: str) -> SessionQuerySet:
    """In an order that is the same in every copy of the data."""
    return Session.objects.filter(user_agent=why).order_by("pk")


def _chain(user: User) -> str:
    """A refresh token; what answers it is the next one."""
    now = timezone.now()
    token = make_refresh_token(_session(user, CHAIN).pk)
    expires_at = now + dt.timedelta(days=7)
    OutstandingToken.objects.create(
        user=user, jti=token.digest, token="", created_at=now, expires_at=expires_at
    )
    return token.raw


def _service_account(organization: Organization, role: Role) -> list[str]:
    user = UserFactory.create(kind=User.Kind.SERVICE, password="!", last_seen_at=timezone.now())
    add_member(organization, user, role)
    account = ServiceAccount(organization=organization, user=user)
    account.rename("bot")
    account.save()
    raw_tokens = [make_token() for _ in range(SA_TOKENS)]
    for raw in raw_tokens:
        ServiceAccountToken.objects.create(
            service_account=account,
            digest=digest(raw),
            hint=hint(raw),
            last_used_at=timezone.now(),
        )
    return raw_tokens


def _access_tokens(why: str) -> list[str]:
    return [
        make_access_token(session_id=session.pk, user_id=session.user_id)
        for session in _sessions(why)
    ]
