"""Who belongs to an organization, with which roles."""

from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from accounts.ids import uuid7
from organizations.models.organization import Organization
from organizations.models.role import Role

if TYPE_CHECKING:
    from organizations.models.space import Space


class MembershipQuerySet(models.QuerySet["Membership"]):
    """Which members, and how lists show them."""

    def by_email(self) -> "MembershipQuerySet":
        return self.order_by("user__email_key", "pk")

    def with_user(self) -> "MembershipQuerySet":
        """With the user, their service account and `is_owner`, in the same query."""
        owned = MemberRole.objects.filter(membership=OuterRef("pk"), role__is_system=True)
        return self.select_related("user__service_account").annotate(is_owner=Exists(owned))

    def who_may_enter(self, space: "Space") -> "MembershipQuerySet":
        """Members with access to the space: its creator, and holders of a role that opens it."""
        roles = Role.objects.filter(organization_id=space.organization_id)
        listed = {entry.role_id for entry in space.space_roles.all()}
        opening = [role.pk for role in roles if space.is_opened_by(role, listed)]
        holds_one = Exists(MemberRole.objects.filter(membership=OuterRef("pk"), role__in=opening))
        members = self.filter(organization_id=space.organization_id)
        return members.filter(holds_one | Q(user=space.created_by_id))


class Membership(models.Model):
    """One user in one organization; without roles a member may look, and no more."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    organization = models.ForeignKey(Organization, models.CASCADE, related_name="memberships")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="memberships")
    roles = models.ManyToManyField(Role, through="MemberRole", related_name="memberships")
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = MembershipQuerySet.as_manager()

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("organization", "user"), name="organizations_membership_once"
            ),
        )

    def __str__(self) -> str:
        return f"{self.user_id} in {self.organization_id}"


class MemberRole(models.Model):
    """A member holds a role."""

    membership = models.ForeignKey(Membership, models.CASCADE, related_name="member_roles")
    role = models.ForeignKey(Role, models.CASCADE, related_name="member_roles")

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("membership", "role"), name="organizations_member_role_once"
            ),
        )

    def __str__(self) -> str:
        return f"{self.membership_id} holds {self.role_id}"
