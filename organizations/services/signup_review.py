"""Staff at work on sign-ups: their notes, who looks at what, and when they get mails."""

from django.db import transaction
from django.utils import timezone

from accounts.actor import Actor
from accounts.audit import Action, record
from accounts.models import User
from organizations.models import SignupMailChoice, SignupNote, SignupRequest, SignupViewer

Frequency = SignupMailChoice.Frequency
MAX_NAMED = 5


def add_note(*, request: SignupRequest, text: str, by: Actor) -> SignupNote:
    """Keep a note for the staff. The trail says that there is one, and not what it says."""
    with transaction.atomic():
        note = SignupNote.objects.create(request=request, author=by.user, text=text)
        record(Action.SIGNUP_NOTED, by=by, target=request, organization_id=request.organization_id)
    return note


def look_at(*, request: SignupRequest, user: User) -> list[User]:
    """Say that the user has the request's page open; returns who else has, a few at most."""
    now = timezone.now()
    # Of one's own, those of pages that were closed: the table is as long as pages are open.
    SignupViewer.objects.gone(now).filter(staff=user).delete()
    SignupViewer.objects.bulk_create(
        [SignupViewer(request=request, staff=user, seen_at=now)],
        update_conflicts=True,
        unique_fields=["request", "staff"],
        update_fields=["seen_at"],
    )
    others = SignupViewer.objects.looking(now).filter(request=request).exclude(staff=user)
    return [viewer.staff for viewer in others.select_related("staff").order_by("pk")[:MAX_NAMED]]


def choose_signup_mail(*, user: User, frequency: Frequency) -> None:
    """When the user, who is staff, hears of sign-ups."""
    SignupMailChoice.objects.update_or_create(user=user, defaults={"frequency": frequency})


def get_signup_mail(*, user: User) -> Frequency:
    """What the user has chosen; at once, unless they have."""
    choice = SignupMailChoice.objects.filter(user=user).first()
    return Frequency(choice.frequency) if choice else Frequency.AT_ONCE
