"""What most requests ask: see `accounts.compiled`."""

import uuid
from typing import Any

from django.db.models import Case, QuerySet, When

from accounts.compiled import compiled
from organizations.models import Membership, Organization, SignupRequest, Space
from organizations.models.space import may_enter


@compiled
def organizations_of(*, user_id: uuid.UUID) -> QuerySet[Any, Any]:
    """What `OrganizationOutput` shows."""
    shown = ("id", "name", "slug", "open_signups_enabled", "intended_public_url", "created_at")
    return Organization.objects.visible_to(user_id).values_list(*shown, named=True)


@compiled
def roles_of_member(
    *, user_id: uuid.UUID, organization_id: uuid.UUID
) -> QuerySet[Membership, tuple[uuid.UUID | None, bool, list[str]]]:
    """Id, `is_system` and codes of each role; of a member without roles one row of nulls."""
    memberships = Membership.objects.filter(user=user_id, organization_id=organization_id)
    return memberships.values_list("roles__pk", "roles__is_system", "roles__permissions")


@compiled
def named_roles_of(*, user_id: uuid.UUID) -> QuerySet[Any, Any]:
    """Each role that somebody holds anywhere, with its name and its organization's; of a membership
    without roles one row of nulls. Organizations oldest first, in each Owner and then by name."""
    order = ("organization__created_at", "organization_id", "-roles__is_system", "roles__name_key")
    organization = ("organization_id", "organization__slug", "organization__name")
    role = ("roles__pk", "roles__name", "roles__is_system", "roles__permissions")
    return (
        Membership.objects.filter(user=user_id).order_by(*order).values_list(*organization, *role)
    )


@compiled
def accessible_spaces(
    *, organization_id: uuid.UUID, user_id: uuid.UUID, enters_all: bool, enters_open: bool
) -> QuerySet[Any, Any]:
    """What a member may enter, newest first, as `SpaceOutput` shows it."""
    spaces = Space.objects.filter(organization_id=organization_id)
    entered = may_enter(user_id=user_id, enters_all=enters_all, enters_open=enters_open)
    shown = ("id", "organization_id", "name", "description", "created_at")
    return spaces.filter(entered).newest_first().values_list(*shown, named=True)


@compiled
def space_access(
    *, organization_id: uuid.UUID, user_id: uuid.UUID, enters_all: bool, enters_open: bool
) -> QuerySet[Any, Any]:
    """All spaces, newest first, as (id, created_at, can_access)."""
    entered = may_enter(user_id=user_id, enters_all=enters_all, enters_open=enters_open)
    can_access = Case(When(entered, then=True), default=False)  # not null, where nobody made it
    spaces = Space.objects.filter(organization_id=organization_id).newest_first()
    columns = {"can_access": can_access}
    return spaces.annotate(**columns).values_list("id", "created_at", *columns, named=True)


@compiled
def signup_request_of(*, user_id: uuid.UUID) -> QuerySet[SignupRequest]:
    return SignupRequest.objects.filter(user=user_id)
