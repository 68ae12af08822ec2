"""Who acts, their log-ins, what they did, and the counters that bound guessing."""

from accounts.models.audit import AuditEvent
from accounts.models.password_reset import PasswordReset
from accounts.models.session import MAX_USER_AGENT_LENGTH, Session
from accounts.models.throttle import ThrottleCounter
from accounts.models.user import MAX_NAME_LENGTH, User

__all__ = [
    "MAX_NAME_LENGTH",
    "MAX_USER_AGENT_LENGTH",
    "AuditEvent",
    "PasswordReset",
    "Session",
    "ThrottleCounter",
    "User",
]
