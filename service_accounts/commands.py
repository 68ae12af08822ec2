"""What the service account commands share."""

from django.core.management.base import CommandError

from organizations.models import Organization


def get_organization(*, slug: str | None) -> Organization:
    """The organization with this slug; without one, the only one there is.

    Raises CommandError (exit code 1) where that is none, or not one.
    """
    if slug is not None:
        organization = Organization.objects.filter(slug=slug).first()
        if organization is None:
            raise CommandError(f"no organization has the slug {slug}")
        return organization
    candidates = list(Organization.objects.order_by("created_at", "pk")[:2])
    if not candidates:
        raise CommandError("no organization exists yet: register the first account")
    if len(candidates) > 1:
        raise CommandError("there are several organizations: name one with --organization SLUG")
    return candidates[0]
