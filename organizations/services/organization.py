"""Creating organizations, and who may."""

import uuid

from django.conf import settings
from django.contrib.auth.models import Permission as AdminPermission
from django.db import IntegrityError, transaction
from django.utils.text import slugify

from accounts.models import User
from organizations.models import Instance, MemberRole, Membership, Organization, Role
from organizations.models.role import OWNER

MAX_SLUG_LENGTH = 50
SLUG_ATTEMPTS = 20
STAFF_PERMISSIONS = ("view_signuprequest", "resolve_signuprequest")


class InstanceAlreadySetUp(Exception):
    """Another first registration came first; its organization stands."""

    def __init__(self, organization: Organization) -> None:
        self.organization = organization
        super().__init__()


def set_up_instance(*, name: str, owner: User, intended_public_url: str | None) -> Organization:
    """Create the instance's organization with `owner` (saved), who becomes staff for sign-ups.

    Call it in a transaction: raises InstanceAlreadySetUp for all but one of any number of
    concurrent calls, and then everything before it must be rolled back.
    """
    organization = Organization(
        name=name, slug=_slug(name), intended_public_url=intended_public_url
    )
    # The claim comes first, so that losers wait here and touch nothing else; foreign keys are
    # checked at commit.
    instance, is_first = Instance.objects.get_or_create(
        pk=Instance.ONLY_KEY, defaults={"organization_id": organization.pk}
    )
    if not is_first:
        raise InstanceAlreadySetUp(instance.organization)
    _save_with_free_slug(organization)
    add_owner(organization=organization, user=owner)
    make_signup_staff(user=owner)
    return organization


def add_owner(*, organization: Organization, user: User) -> Role:
    """Create the system role Owner and make `user` a member who holds it."""
    role = Role.objects.create(
        organization=organization, name=OWNER, name_key=OWNER.casefold(), is_system=True
    )
    membership = Membership.objects.create(organization=organization, user=user)
    MemberRole.objects.create(membership=membership, role=role)
    return role


def make_signup_staff(*, user: User) -> None:
    """Let the user into the admin, to see and resolve sign-up requests and nothing else."""
    user.is_staff = True
    user.save(update_fields=["is_staff"])
    user.user_permissions.add(
        *AdminPermission.objects.filter(
            content_type__app_label="organizations", codename__in=STAFF_PERMISSIONS
        )
    )


def can_create_organization(*, user: User, has_organization: bool) -> bool:
    """Whether the user may create one; an instance holds one by default."""
    if not user.is_human or user.is_pending:
        return False
    if not settings.SINGLE_ORGANIZATION:
        return True
    return not has_organization and not Instance.objects.exists()


def _slug(name: str) -> str:
    return slugify(name)[:MAX_SLUG_LENGTH].strip("-") or "organization"


def _save_with_free_slug(organization: Organization) -> None:
    base = organization.slug
    for attempt in range(SLUG_ATTEMPTS):
        try:
            with transaction.atomic():
                organization.save(force_insert=True)
                return
        except IntegrityError:
            if attempt == SLUG_ATTEMPTS - 1:
                raise
            suffix = uuid.uuid4().hex[:6]
            organization.slug = f"{base}-{suffix}"
