"""What `manage.py doctor` looks at among people."""

import datetime as dt

from django.db.models import Q
from django.utils import timezone

from accounts.checkup import Finding, fail, fine, warn
from organizations.emails import signup_staff, told_at_once, told_daily
from organizations.models import Instance, Organization, SignupRequest

# The daily mail comes once within them, whenever the timer runs.
DIGEST_OVERDUE_AFTER = dt.timedelta(days=2)


def first_account() -> Finding:
    about = "first account"
    if not Instance.objects.exists():
        advice = "Register it now (POST /api/v1/auth/register): whoever is first owns the instance."
        return fail(about, "nobody has registered", advice)
    return fine(about, "there")


def signups() -> Finding:
    """Whether somebody is told of those who ask to be let in."""
    about = "sign-ups"
    if not Organization.objects.filter(open_signups_enabled=True).exists():
        return fine(about, "closed")
    at_once, daily = told_at_once().count(), told_daily().count()
    if at_once or daily:
        return fine(about, f"open; staff who are told: {at_once} at once, {daily} once a day")
    if silent := signup_staff().count():
        return fail(
            about,
            f"open, and nobody is told of them: staff who chose to get no mail: {silent}",
            "Let one of them choose otherwise at the top of the admin (Sign-up mails), or close "
            "sign-ups.",
        )
    return fail(
        about,
        "open, and nobody is told of them",
        "Make an active account staff with the right to resolve sign-up requests, in the "
        "admin, or close sign-ups.",
    )


def daily_mails() -> Finding:
    """Whether who chose one mail a day gets it while somebody waits: nothing else tells of a timer
    that does not run."""
    about = "daily mails"
    due = timezone.now() - DIGEST_OVERDUE_AFTER
    waits = SignupRequest.objects.pending().filter(created_at__lt=due).exists()
    unsent = Q(signup_mail__digest_sent_on=None) | Q(signup_mail__digest_sent_on__lt=due.date())
    without = told_daily().filter(unsent).count() if waits else 0
    if without:
        return warn(
            about,
            "somebody has waited for more than two days, and of the staff who chose one mail a day "
            f"this many got none: {without}",
            "Run manage.py send_signup_digest, and see why it does not run every day (the timer "
            "hyperspeed-mails, the service mails of the composition). Who chose it today gets the "
            "first one with the next run.",
        )
    return fine(about, "none is overdue")
