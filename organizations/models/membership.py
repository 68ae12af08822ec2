"""Who belongs to an organization, with which roles."""

from django.conf import settings
from django.db import models
from django.utils import timezone

from accounts.ids import uuid7
from organizations.models.organization import Organization
from organizations.models.role import Role


class Membership(models.Model):
    """One user in one organization; without roles a member may look, and no more."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    organization = models.ForeignKey(Organization, models.CASCADE, related_name="memberships")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="memberships")
    roles = models.ManyToManyField(Role, through="MemberRole", related_name="memberships")
    created_at = models.DateTimeField(default=timezone.now, editable=False)

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
