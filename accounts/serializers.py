"""Bodies of the session calls."""

from typing import Any

from rest_framework import serializers

from accounts.inputs import InputSerializer, SecretField, TextField
from accounts.models import Session
from accounts.outputs import OutputSerializer
from accounts.passwords import MAX_PASSWORD_LENGTH
from accounts.services.sessions import TokenPair
from config.exceptions import DomainError

MAX_TYPED_EMAIL_LENGTH = 1000


class EmailAndPasswordMissing(DomainError):
    error = "email and password required"
    code = "email_and_password_required"


class RefreshTokenMissing(DomainError):
    error = "refresh_token required"
    code = "refresh_token_required"


class LoginInput(InputSerializer):
    essential = ("email", "password")
    incomplete = EmailAndPasswordMissing

    # Not an EmailField: an address that cannot exist is an unknown one here.
    email = TextField(max_length=MAX_TYPED_EMAIL_LENGTH)
    password = SecretField(max_length=MAX_PASSWORD_LENGTH)


class RefreshTokenInput(InputSerializer):
    essential = ("refresh_token",)
    incomplete = RefreshTokenMissing

    refresh_token = SecretField()


class TokenPairOutput(OutputSerializer):
    """The token response (RFC 6749 §5.1), with `signup_pending` only while it is true."""

    access_token = serializers.CharField()
    refresh_token = serializers.CharField()
    token_type = serializers.CharField()
    expires_in = serializers.IntegerField(help_text="Seconds until the access token expires.")
    signup_pending = serializers.BooleanField(source="is_signup_pending", required=False)

    def to_representation(self, instance: TokenPair) -> dict[str, Any]:
        body = super().to_representation(instance)
        if not instance.is_signup_pending:
            del body["signup_pending"]
        return body


class PasswordsMissing(DomainError):
    error = "current_password and new_password required"
    code = "passwords_required"


class PasswordChangeInput(InputSerializer):
    essential = ("current_password", "new_password")
    incomplete = PasswordsMissing

    current_password = SecretField(max_length=MAX_PASSWORD_LENGTH)
    new_password = SecretField()


class EmailMissing(DomainError):
    error = "email required"
    code = "email_required"


class ForgotPasswordInput(InputSerializer):
    essential = ("email",)
    incomplete = EmailMissing

    email = TextField(max_length=MAX_TYPED_EMAIL_LENGTH)


class ResetPasswordMissing(DomainError):
    error = "token and new_password required"
    code = "token_and_new_password_required"


class ResetPasswordInput(InputSerializer):
    essential = ("token", "new_password")
    incomplete = ResetPasswordMissing

    token = SecretField()
    new_password = SecretField()


class SessionOutput(serializers.Serializer[Any]):
    """One log-in; `current` marks the one that asks.

    `expires_at` is its end unless it is refreshed before.
    """

    id = serializers.UUIDField()
    created_at = serializers.DateTimeField()
    last_used_at = serializers.DateTimeField()
    expires_at = serializers.DateTimeField(source="ends_at")
    ip_address = serializers.CharField(allow_null=True)
    user_agent = serializers.CharField()
    current = serializers.SerializerMethodField()

    def get_current(self, session: Session) -> bool:
        return bool(session.pk == self.context["current_id"])


class OkOutput(serializers.Serializer[Any]):
    ok = serializers.BooleanField()
