"""The organizations in the admin."""

from organizations.admin.signup_request import SignupRequestAdmin

__all__ = ["SignupRequestAdmin"]
