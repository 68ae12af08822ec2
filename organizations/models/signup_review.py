"""What staff keep beside a sign-up request: notes, who looks at it, which mails they want."""

import datetime as dt
from typing import Any, NoReturn

from django.conf import settings
from django.db import models
from django.utils import timezone

from accounts.ids import uuid7
from organizations.models.signup_request import SignupRequest

MAX_NOTE_LENGTH = 2000
# A page that is open says so more often than this.
LOOKS_FOR = dt.timedelta(seconds=90)


class SignupNoteQuerySet(models.QuerySet["SignupNote"]):
    """Rows can be added and read."""

    def update(self, **kwargs: Any) -> NoReturn:
        _refuse()

    def delete(self) -> NoReturn:
        _refuse()


class SignupNote(models.Model):
    """What one of the staff tells the others. The applicant never sees it; nobody changes it."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    request = models.ForeignKey(SignupRequest, models.CASCADE, related_name="notes")
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+"
    )
    text = models.CharField(max_length=MAX_NOTE_LENGTH)
    created_at = models.DateTimeField(default=timezone.now)

    objects = SignupNoteQuerySet.as_manager()

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return f"note on {self.request_id}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Inserts; a note that is stored is never changed."""
        if not self._state.adding:
            _refuse()
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> NoReturn:
        _refuse()


class SignupViewerQuerySet(models.QuerySet["SignupViewer"]):
    """Whose page is open."""

    def looking(self, now: dt.datetime) -> "SignupViewerQuerySet":
        return self.filter(seen_at__gt=now - LOOKS_FOR)

    def gone(self, now: dt.datetime) -> "SignupViewerQuerySet":
        return self.filter(seen_at__lte=now - LOOKS_FOR)


class SignupViewer(models.Model):
    """One of the staff had the page of a request open at `seen_at`."""

    request = models.ForeignKey(
        SignupRequest, models.CASCADE, related_name="viewers", db_index=False
    )
    staff = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    seen_at = models.DateTimeField(default=timezone.now)

    objects = SignupViewerQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        constraints = (
            models.UniqueConstraint(
                fields=("request", "staff"), name="organizations_signup_viewer_once"
            ),
        )

    def __str__(self) -> str:
        return f"{self.staff_id} at {self.request_id}"


class SignupMailChoice(models.Model):
    """When one of the staff wants to hear of sign-ups; who has no row is told at once."""

    class Frequency(models.TextChoices):
        AT_ONCE = "at_once", "At once, a mail for each sign-up"
        DAILY = "daily", "Once a day, one mail about everybody who waits"
        NEVER = "never", "Never"

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, models.CASCADE, primary_key=True, related_name="signup_mail"
    )
    frequency = models.CharField(
        max_length=10, choices=Frequency.choices, default=Frequency.AT_ONCE
    )
    digest_sent_on = models.DateField(null=True, blank=True, help_text="The day in UTC.")

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.user_id}: {self.frequency}"


def _refuse() -> NoReturn:
    raise TypeError("notes are append-only")
