"""A named set of permissions."""

from django.db import models
from django.utils import timezone

from accounts.ids import uuid7
from organizations.models.organization import Organization
from organizations.permissions import Permission

MAX_ROLE_NAME_LENGTH = 100
OWNER = "Owner"


def permissions_of(*, is_system: bool, codes: list[str]) -> frozenset[Permission]:
    """What a role grants. The system role Owner holds the full set, whatever it grows to."""
    if is_system:
        return frozenset(Permission)
    return frozenset(Permission(code) for code in codes if code in _KNOWN)


_KNOWN = frozenset(permission.value for permission in Permission)


class Role(models.Model):
    """A role of one organization. Owner is the only system role."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    organization = models.ForeignKey(Organization, models.CASCADE, related_name="roles")
    name = models.CharField(max_length=MAX_ROLE_NAME_LENGTH)
    # Case folding makes up to three characters of one.
    name_key = models.CharField(max_length=3 * MAX_ROLE_NAME_LENGTH, editable=False)
    is_system = models.BooleanField("built-in role", default=False, editable=False)
    permissions = models.JSONField(default=list, blank=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    updated_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        indexes = (
            models.Index(
                fields=("name_key",),
                opclasses=("varchar_pattern_ops",),
                name="organizations_role_beginning",
            ),
            models.Index(
                fields=("is_system", "organization", "name_key"),
                name="organizations_role_by_system",
            ),
        )
        constraints = (
            models.UniqueConstraint(
                fields=("organization", "name_key"), name="organizations_role_name"
            ),
            models.UniqueConstraint(
                fields=("organization",),
                condition=models.Q(is_system=True),
                name="organizations_one_owner_role",
            ),
        )

    def __str__(self) -> str:
        return self.name

    def rename(self, name: str) -> None:
        """Set the name and the key that is unique in the organization."""
        self.name, self.name_key = name, name.casefold()

    @property
    def sorted_permissions(self) -> list[str]:
        """The codes of what holders may do."""
        return sorted(self.granted)

    @property
    def granted(self) -> frozenset[Permission]:
        """The permissions that holders have."""
        return permissions_of(is_system=self.is_system, codes=self.permissions)
