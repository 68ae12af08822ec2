"""The organizations, and the people in them, in the admin."""

from organizations.admin import home
from organizations.admin.organization import InviteAdmin, OrganizationAdmin, RoleAdmin
from organizations.admin.signup_request import SignupRequestAdmin
from organizations.admin.user import UserAdmin

__all__ = [
    "InviteAdmin",
    "OrganizationAdmin",
    "RoleAdmin",
    "SignupRequestAdmin",
    "UserAdmin",
    "home",
]
