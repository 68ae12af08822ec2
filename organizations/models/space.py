"""A room of work inside an organization, and who may enter it."""

import uuid
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import models
from django.db.models import Q, Value
from django.utils import timezone

from accounts.ids import uuid7
from accounts.models import MAX_NAME_LENGTH
from organizations.models.organization import Organization
from organizations.models.role import Role
from organizations.permissions import Permission

if TYPE_CHECKING:
    from organizations.access import Access

MAX_DESCRIPTION_LENGTH = 10_000
# Whoever holds one of these enters every space.
KEYS = frozenset({Permission.ORG_MANAGE, Permission.SPACE_MEMBERS_MANAGE})


class SpaceQuerySet(models.QuerySet["Space"]):
    """Which spaces a member may enter, and in which order they are shown."""

    def newest_first(self) -> "SpaceQuerySet":
        return self.order_by("-created_at", "-id")

    def accessible_to(self, access: "Access") -> "SpaceQuerySet":
        """Those of the organization that the member may enter."""
        return self.filter(organization_id=access.organization_id).filter(
            may_enter(
                user_id=access.user.pk,
                enters_all=Value(access.enters_all_spaces),
                enters_open=Value(access.enters_open_spaces),
            )
        )


def may_enter(*, user_id: Any, enters_all: Any, enters_open: Any) -> Q:
    """Whether a member may enter a space: with a key all of them; what they created; what a role of
    theirs is listed for; what has no list, if they enter open spaces. The flags are expressions."""
    listed = SpaceRole.objects.filter(role__memberships__user=user_id).values("space")
    is_listed = Q(has_allow_list=True, pk__in=listed)
    return Q(enters_all) | Q(created_by=user_id) | is_listed | Q(enters_open, has_allow_list=False)


class Space(models.Model):
    """A space: open to holders of board.read, or to holders of the roles on its allow-list."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    organization = models.ForeignKey(Organization, models.CASCADE, related_name="spaces")
    name = models.CharField(max_length=MAX_NAME_LENGTH)
    description = models.TextField(blank=True, default="")
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    # Not "has rows in SpaceRole": when the last listed role is deleted the space stays closed.
    has_allow_list = models.BooleanField(default=False)
    allowed_roles = models.ManyToManyField(Role, through="SpaceRole", related_name="spaces")

    objects = SpaceQuerySet.as_manager()

    class Meta:
        indexes = (
            models.Index(
                fields=("organization", "-created_at", "-id"), name="organizations_space_newest"
            ),
        )

    def __str__(self) -> str:
        return self.name

    def is_opened_by(self, role: Role, listed: set[uuid.UUID]) -> bool:
        """Whether holders of the role may enter; `listed` are the ids on the allow-list."""
        if KEYS & role.granted:
            return True
        if self.has_allow_list:
            return role.pk in listed
        return Permission.BOARD_READ in role.granted

    @property
    def allowed_role_ids(self) -> list[str]:
        """The allow-list, sorted."""
        return sorted(str(entry.role_id) for entry in self.space_roles.all())


class SpaceRole(models.Model):
    """A role on a space's allow-list."""

    space = models.ForeignKey(Space, models.CASCADE, related_name="space_roles")
    role = models.ForeignKey(Role, models.CASCADE, related_name="space_roles")

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("space", "role"), name="organizations_space_role_once"),
        )

    def __str__(self) -> str:
        return f"{self.role_id} may enter {self.space_id}"
