"""Creating organizations, and who may."""

import uuid
from collections.abc import Collection

from django.conf import settings
from django.contrib.auth.models import Permission as AdminPermission
from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils.text import slugify

from accounts.actor import Actor
from accounts.audit import Action, changes, record
from accounts.models import User
from accounts.services.users import set_rights
from config.exceptions import Forbidden
from organizations.models import Instance, MemberRole, Membership, Organization, Role
from organizations.models.role import OWNER

MAX_SLUG_LENGTH = 50
SLUG_ATTEMPTS = 20
SIGNUP_PERMISSIONS = ("view_signuprequest", "resolve_signuprequest")
# The last one opens the service accounts of the organizations whose members they may manage.
OWNER_PERMISSIONS = (*SIGNUP_PERMISSIONS, "manage_own_serviceaccount")


class SingleOrganizationExists(Forbidden):
    """This instance holds one organization, and it exists; or the caller may not create any."""

    error = "single_org_exists"
    code = "single_org_exists"


class InstanceAlreadySetUp(Exception):
    """Another first registration came first; its organization stands."""

    def __init__(self, organization: Organization) -> None:
        self.organization = organization
        super().__init__()


def set_up_instance(
    *, name: str, owner: User, intended_public_url: str | None, by: Actor
) -> Organization:
    """Create the instance's organization with `owner` (saved), who becomes staff for sign-ups and
    for its service accounts.

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
    make_owner_staff(user=owner)
    _record_created(organization, by)
    return organization


def create_organization(*, name: str, creator: User, by: Actor) -> Organization:
    """A further organization (or the instance's first), owned by its creator.

    Raises Forbidden for accounts that may not, SingleOrganizationExists where one is the limit.
    """
    require_creator(user=creator)
    try:
        with transaction.atomic():
            return set_up_instance(name=name, owner=creator, intended_public_url=None, by=by)
    except InstanceAlreadySetUp as error:
        if settings.SINGLE_ORGANIZATION:
            raise SingleOrganizationExists from error
    with transaction.atomic():
        organization = Organization(name=name, slug=_slug(name))
        _save_with_free_slug(organization)
        add_owner(organization=organization, user=creator)
        _record_created(organization, by)
    return organization


def require_creator(*, user: User) -> None:
    """Raises Forbidden for accounts that create no organizations, whatever the instance allows."""
    if not user.is_human or user.is_pending:
        raise Forbidden


def change_organization(
    *, organization: Organization, changed: dict[str, str | bool | None], by: Actor
) -> None:
    """Set these fields of the organization (name, intended_public_url, open_signups_enabled)."""
    before = {name: getattr(organization, name) for name in changed}
    was, now = changes(before, changed)
    if not now:
        return
    with transaction.atomic():
        for name, value in now.items():
            setattr(organization, name, value)
        organization.save(update_fields=list(now))
        record(
            Action.ORGANIZATION_CHANGED,
            by=by,
            target=organization,
            organization_id=organization.pk,
            before=was,
            after=now,
        )


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
    _make_staff(user, SIGNUP_PERMISSIONS)


def make_owner_staff(*, user: User) -> None:
    """Let the user into the admin, for sign-ups and for the service accounts that they may look
    after through the API too."""
    _make_staff(user, OWNER_PERMISSIONS)


def withdraw_owner_staff(*, organization_id: uuid.UUID, user: User, by: Actor) -> None:
    """Take back what `make_owner_staff` gave, from somebody who owns the organization no more.

    Also where a superuser gave it, who may give it again; superusers, and staff who hold other
    rights, stay staff. Call it in the transaction that takes the ownership away.
    """
    if not Instance.objects.filter(organization_id=organization_id).exists():
        return
    # As it is now: a superuser may have decided meanwhile.
    user = User.objects.select_for_update().get(pk=user.pk)
    if not user.is_staff:
        return
    user.user_permissions.remove(*_admin_permissions(OWNER_PERMISSIONS))
    if user.is_superuser:
        return
    is_staff = user.user_permissions.exists()
    set_rights(user=user, is_staff=is_staff, is_superuser=False, by=by)


def can_create_organization(*, user: User, has_organization: bool) -> bool:
    """Whether the user may create one; an instance holds one by default."""
    if not user.is_human or user.is_pending:
        return False
    if not settings.SINGLE_ORGANIZATION:
        return True
    return not has_organization and not Instance.objects.exists()


def _make_staff(user: User, codenames: Collection[str]) -> None:
    user.is_staff = True
    user.save(update_fields=["is_staff"])
    user.user_permissions.add(*_admin_permissions(codenames))


def _admin_permissions(codenames: Collection[str]) -> QuerySet[AdminPermission]:
    apps = ("organizations", "service_accounts")
    return AdminPermission.objects.filter(content_type__app_label__in=apps, codename__in=codenames)


def _record_created(organization: Organization, by: Actor) -> None:
    record(
        Action.ORGANIZATION_CREATED,
        by=by,
        target=organization,
        organization_id=organization.pk,
        after={"name": organization.name},
    )


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
