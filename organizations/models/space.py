"""A room of work inside an organization."""

from django.conf import settings
from django.db import models
from django.utils import timezone

from accounts.ids import uuid7
from accounts.models import MAX_NAME_LENGTH
from organizations.models.organization import Organization

MAX_DESCRIPTION_LENGTH = 10_000


class SpaceQuerySet(models.QuerySet["Space"]):
    """The order in which spaces are shown."""

    def newest_first(self) -> "SpaceQuerySet":
        return self.order_by("-created_at", "-pk")


class Space(models.Model):
    """A space."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    organization = models.ForeignKey(Organization, models.CASCADE, related_name="spaces")
    name = models.CharField(max_length=MAX_NAME_LENGTH)
    description = models.TextField(blank=True, default="")
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = SpaceQuerySet.as_manager()

    class Meta:
        indexes = (
            models.Index(
                fields=("organization", "-created_at", "-id"), name="organizations_space_newest"
            ),
        )

    def __str__(self) -> str:
        return self.name
