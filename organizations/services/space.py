"""Creating spaces."""

from organizations.access import Access
from organizations.models import Space


def create_space(*, access: Access, name: str, description: str) -> Space:
    """A new space; whoever creates it always has access."""
    return Space.objects.create(
        organization_id=access.organization_id,
        name=name,
        description=description,
        created_by=access.user,
    )
