"""Everybody who calls, and what they call for."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field

from django.db import transaction

from accounts.models import User
from accounts.services.sessions import issue_session
from organizations.models import Organization
from organizations.permissions import Permission
from organizations.services.organization import add_owner, set_up_instance
from service_accounts.models import ServiceAccount, ServiceAccountToken
from service_accounts.tokens import make_token
from tests.conftest import SETUP, Actor, log_in, make_bot
from tests.factories import (
    InviteFactory,
    OrganizationFactory,
    SignupRequestFactory,
    SpaceFactory,
    UserFactory,
    add_member,
    make_role,
)

Ids = Mapping[str, object]


@dataclass
class Caller:
    """An actor, and what the contract lets decide about them."""

    actor: Actor
    permissions: frozenset[str] = frozenset()
    is_known: bool = True
    is_member: bool = True
    is_service: bool = False
    is_pending: bool = False


@dataclass
class Cast:
    """The callers by name, and three organizations: theirs, a foreign one, none at all."""

    callers: dict[str, Caller] = field(default_factory=dict)
    targets: dict[str, Ids] = field(default_factory=dict)


def assemble() -> Cast:
    """Everybody; call it in a transaction that is rolled back."""
    with transaction.atomic():
        boss = UserFactory.create(email="owner@example.com")
        own = set_up_instance(name="Acme", owner=boss, intended_public_url=None, by=SETUP)
    cast = Cast()
    cast.callers = {**_strangers(own), **_members(own, boss), **_service_accounts(own)}
    objects = _furnish(OrganizationFactory.create(name="Foreign"))
    # The foreign organization's things are asked for under all three.
    cast.targets = {
        "own": {**objects, "org": own.pk},
        "foreign": objects,
        "random": {**objects, "org": uuid.uuid4()},
    }
    return cast


def _strangers(own: Organization) -> dict[str, Caller]:
    applicant = SignupRequestFactory.create(organization=own).user
    everything = frozenset(Permission)
    disabled = _member(own, *Permission)
    shut = make_bot(own, *Permission, name="Shut")
    User.objects.filter(pk=disabled.user.pk).update(is_active=False)
    ServiceAccount.objects.filter(user=shut.user).update(is_active=False)
    return {
        "no credential": Caller(Actor(), is_known=False),
        "bad credential": Caller(Actor(disabled.token[:-4] + "AAAA"), is_known=False),
        "unknown sa_ token": Caller(Actor(make_token()), is_known=False),
        "disabled user": Caller(disabled, everything, is_known=False),
        "disabled service account": Caller(shut, everything, is_known=False),
        "pending": Caller(log_in(applicant), is_member=False, is_pending=True),
        "outsider": Caller(log_in(UserFactory.create()), is_member=False),
    }


def _members(own: Organization, boss: User) -> dict[str, Caller]:
    single = {
        f"member with {code}": Caller(_member(own, code), frozenset({code})) for code in Permission
    }
    return {
        "member without roles": Caller(_member(own)),
        **single,
        "owner": Caller(log_in(boss), frozenset(Permission)),
    }


def _service_accounts(own: Organization) -> dict[str, Caller]:
    mighty = make_bot(own, *Permission, name="Mighty")
    return {
        "service account": Caller(make_bot(own, name="Humble"), is_service=True),
        "mighty service account": Caller(mighty, frozenset(Permission), is_service=True),
    }


def _member(own: Organization, *permissions: Permission) -> Actor:
    user = UserFactory.create()
    roles = [make_role(own, *permissions, name=str(user.pk))] if permissions else []
    add_member(own, user, *roles)
    return log_in(user)


def _furnish(foreign: Organization) -> dict[str, object]:
    """Ids of one thing of each kind, all of them in the foreign organization."""
    person = UserFactory.create()
    owner_role = add_owner(organization=foreign, user=UserFactory.create())
    add_member(foreign, person)
    issue_session(user=person, by=SETUP)
    make_bot(foreign, name="Foreign bot")
    account = ServiceAccount.objects.get(organization=foreign)
    return {
        "org": foreign.pk,
        "user": person.pk,
        "role": owner_role.pk,
        "invite": InviteFactory.create(organization=foreign, created_by=person).pk,
        "request": SignupRequestFactory.create(organization=foreign).pk,
        "space": SpaceFactory.create(organization=foreign).pk,
        "account": account.pk,
        "sa_token": ServiceAccountToken.objects.get(service_account=account).pk,
        "session": person.sessions.get().pk,
        "token": "no-such-token",
    }
