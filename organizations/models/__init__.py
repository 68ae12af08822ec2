"""Organizations and what belongs to them."""

from organizations.models.membership import MemberRole, Membership
from organizations.models.organization import Instance, Organization
from organizations.models.role import Role
from organizations.models.signup_request import SignupRequest
from organizations.models.space import Space

__all__ = [
    "Instance",
    "MemberRole",
    "Membership",
    "Organization",
    "Role",
    "SignupRequest",
    "Space",
]
