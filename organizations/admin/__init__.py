"""The organizations, and the people in them, in the admin."""

from organizations.admin.signup_request import SignupRequestAdmin
from organizations.admin.user import UserAdmin

__all__ = ["SignupRequestAdmin", "UserAdmin"]
