"""What `manage.py doctor` looks at among people."""

from accounts.checkup import Finding, fail, fine
from organizations.emails import signup_staff, told_at_once, told_daily
from organizations.models import Instance, Organization


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
