"""What `manage.py doctor` looks at among people."""

from accounts.checkup import Finding, fail, fine
from organizations.emails import signup_staff
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
    told = signup_staff().count()
    if not told:
        return fail(
            about,
            "open, and nobody is told of them",
            "Make an active account staff with the right to resolve sign-up requests, in the "
            "admin, or close sign-ups.",
        )
    return fine(about, f"open; mails go to {told} of the staff")
