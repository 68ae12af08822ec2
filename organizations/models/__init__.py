"""Organizations and what belongs to them."""

from organizations.models.invite import Invite
from organizations.models.membership import MemberRole, Membership
from organizations.models.organization import Instance, Organization
from organizations.models.role import Role
from organizations.models.signup_request import SignupRequest
from organizations.models.signup_review import SignupMailChoice, SignupNote, SignupViewer
from organizations.models.space import Space, SpaceRole

__all__ = [
    "Instance",
    "Invite",
    "MemberRole",
    "Membership",
    "Organization",
    "Role",
    "SignupMailChoice",
    "SignupNote",
    "SignupRequest",
    "SignupViewer",
    "Space",
    "SpaceRole",
]
