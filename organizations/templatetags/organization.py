"""What templates ask of the organization."""

from django import template

from organizations.models.organization import find_instance_organization

register = template.Library()


@register.simple_tag
def organization_name() -> str:
    """Of the organization that sign-ups join; empty before the first account exists."""
    organization = find_instance_organization()
    return organization.name if organization else ""
