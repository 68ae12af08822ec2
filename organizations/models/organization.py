"""A tenant, and the one that this installation was set up with."""

import uuid

from django.db import models
from django.utils import timezone

from accounts.ids import uuid7
from accounts.models import MAX_NAME_LENGTH

MAX_URL_LENGTH = 2048


class OrganizationQuerySet(models.QuerySet["Organization"]):
    """Which organizations somebody sees."""

    def visible_to(self, user_id: uuid.UUID) -> "OrganizationQuerySet":
        """Those that the user is a member of, oldest first."""
        return self.filter(memberships__user=user_id).order_by("created_at", "id")


class Organization(models.Model):
    """A tenant."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    name = models.CharField(max_length=MAX_NAME_LENGTH)
    slug = models.SlugField("short name", max_length=60, unique=True)
    open_signups_enabled = models.BooleanField("open sign-ups", default=True)
    intended_public_url = models.CharField(  # noqa: DJ001  (null is a value of the API)
        "public URL", max_length=MAX_URL_LENGTH, null=True, blank=True
    )
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = OrganizationQuerySet.as_manager()

    class Meta:
        indexes = (models.Index(fields=("name", "id"), name="organizations_by_name"),)

    def __str__(self) -> str:
        return self.name


class Instance(models.Model):
    """The row that exists once an installation has been set up.

    There is one primary key that it may have: of any number of concurrent first registrations
    one inserts it. Sign-ups join its organization.
    """

    ONLY_KEY = 1

    id = models.PositiveSmallIntegerField(primary_key=True, default=ONLY_KEY)
    organization = models.OneToOneField(Organization, models.PROTECT, related_name="+")
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        constraints = (
            models.CheckConstraint(name="organizations_one_instance", condition=models.Q(id=1)),
        )

    def __str__(self) -> str:
        return "instance"


def find_instance_organization() -> Organization | None:
    """The organization that sign-ups join; None before the first account exists."""
    instance = Instance.objects.select_related("organization").first()
    return instance.organization if instance else None
