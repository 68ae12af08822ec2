"""Bodies of the service account calls."""

from typing import Any

from rest_framework import serializers

from accounts.inputs import (
    FlagField,
    IdListField,
    InputSerializer,
    MomentField,
    NameField,
    NameMissing,
    TextField,
)
from accounts.models import User
from accounts.outputs import MomentField as ShownMomentField
from accounts.outputs import OutputSerializer
from config.exceptions import DomainError
from organizations.serializers.holdings import HoldingsOutput
from organizations.services.membership import UnknownRole
from service_accounts.models import (
    MAX_SERVICE_ACCOUNT_NAME_LENGTH,
    MAX_SETTING_LENGTH,
    ServiceAccount,
    ServiceAccountToken,
)
from service_accounts.services.token import IssuedToken

MAX_OVERLAP_SECONDS = 30 * 24 * 60 * 60


class UnknownProvider(DomainError):
    error = 'provider must be "openrouter" or "cursor"'
    code = "unknown_provider"


class ProviderField(TextField):
    """One of the providers, exactly as written."""

    def run_validation(self, data: object = serializers.empty) -> str | None:
        """Raises UnknownProvider, for the empty string and for what is no string too."""
        if (
            data is not serializers.empty
            and data is not None
            and data not in ServiceAccount.Provider.values
        ):
            raise UnknownProvider(fields={"provider": ["invalid_choice"]})
        value: str | None = super().run_validation(data)
        return value


def _setting() -> TextField:
    return TextField(
        max_length=MAX_SETTING_LENGTH, allow_blank=True, allow_null=True, required=False
    )


class ServiceAccountInput(InputSerializer):
    essential = ("name",)
    incomplete = NameMissing

    name = NameField(max_length=MAX_SERVICE_ACCOUNT_NAME_LENGTH)
    role_ids = IdListField(unknown=UnknownRole, allow_null=True, default=list)
    provider = ProviderField(allow_null=True, required=False)
    openrouter_model = _setting()
    cursor_default_repo_url = _setting()
    cursor_default_ref = _setting()
    expires_at = MomentField(allow_null=True, default=None)


class ServiceAccountOutput(serializers.Serializer[Any]):
    """Settings that are not set are null."""

    id = serializers.UUIDField()
    organization_id = serializers.UUIDField()
    user_id = serializers.UUIDField()
    name = serializers.CharField()
    created_by = serializers.UUIDField(source="created_by_id", allow_null=True)
    created_at = serializers.DateTimeField()
    is_active = serializers.BooleanField()
    provider = serializers.CharField()
    openrouter_model = serializers.CharField(allow_null=True)
    cursor_default_repo_url = serializers.CharField(allow_null=True)
    cursor_default_ref = serializers.CharField(allow_null=True)

    def to_representation(self, instance: ServiceAccount) -> dict[str, Any]:
        body = super().to_representation(instance)
        return {name: None if value == "" else value for name, value in body.items()}


class ServiceAccountChangeInput(InputSerializer):
    """Absent leaves as it is; null clears a provider's setting."""

    essential = ("name",)
    incomplete = NameMissing

    name = NameField(max_length=MAX_SERVICE_ACCOUNT_NAME_LENGTH, required=False)
    is_active = FlagField(required=False)
    provider = ProviderField(required=False)
    openrouter_model = _setting()
    cursor_default_repo_url = _setting()
    cursor_default_ref = _setting()

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        return {name: "" if value is None else value for name, value in attrs.items()}


class CreatedAccountOutput(serializers.Serializer[IssuedToken]):
    """Holds the raw token, this once."""

    service_account = ServiceAccountOutput(source="token.service_account")
    token = serializers.CharField(source="raw")


class TokenInput(InputSerializer):
    name = NameField(
        max_length=MAX_SERVICE_ACCOUNT_NAME_LENGTH, default="", allow_blank=True, allow_null=True
    )
    expires_at = MomentField(allow_null=True, default=None)


class RotationInput(InputSerializer):
    overlap_seconds = serializers.IntegerField(
        min_value=0, max_value=MAX_OVERLAP_SECONDS, default=0
    )


class TokenOutput(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    name = serializers.CharField()
    hint = serializers.CharField()
    created_at = serializers.DateTimeField()
    last_used_at = serializers.DateTimeField(allow_null=True)
    expires_at = serializers.DateTimeField(allow_null=True)
    revoked_at = serializers.DateTimeField(allow_null=True)
    status = serializers.SerializerMethodField()

    def get_status(self, token: ServiceAccountToken) -> str:
        return token.status(self.context["now"])


class IssuedTokenOutput(serializers.Serializer[IssuedToken]):
    """Holds the raw token, this once."""

    token_info = TokenOutput(source="token")
    token = serializers.CharField(source="raw")


class MemberOutput(serializers.Serializer[Any]):
    """A member as lists show them; a service account's row tells its provider."""

    organization_id = serializers.UUIDField()
    user_id = serializers.UUIDField()
    role = serializers.SerializerMethodField()
    email = serializers.CharField(source="user.email")
    display_name = serializers.SerializerMethodField()
    last_seen_at = serializers.DateTimeField(source="user.last_seen_at", allow_null=True)
    is_service_account = serializers.SerializerMethodField()
    service_account_provider = serializers.CharField(
        source="user.service_account.provider", required=False
    )
    openrouter_model = serializers.CharField(
        source="user.service_account.openrouter_model", required=False, allow_null=True
    )
    cursor_default_repo_url = serializers.CharField(
        source="user.service_account.cursor_default_repo_url", required=False, allow_null=True
    )

    def get_role(self, member: Any) -> str:
        return "admin" if member.is_owner else "member"

    def get_display_name(self, member: Any) -> str | None:
        return member.user.display_name or None

    def get_is_service_account(self, member: Any) -> bool:
        return not member.user.is_human

    def to_representation(self, instance: Any) -> dict[str, Any]:
        body = super().to_representation(instance)
        for name in ("service_account_provider", "openrouter_model", "cursor_default_repo_url"):
            if instance.user.is_human:
                body.pop(name, None)
            else:
                body[name] = body[name] or None
        return body


class CallerUserOutput(OutputSerializer):
    id = serializers.UUIDField()
    email = serializers.CharField()
    display_name = serializers.SerializerMethodField()
    kind = serializers.CharField(help_text="human or service")
    signup_pending = serializers.BooleanField(source="is_pending")

    def get_display_name(self, user: User) -> str | None:
        return user.display_name or None


class CallerSessionOutput(OutputSerializer):
    id = serializers.UUIDField()
    created_at = ShownMomentField()
    expires_at = ShownMomentField()


class CallerAccountOutput(OutputSerializer):
    id = serializers.UUIDField()
    name = serializers.CharField()


class CallerTokenOutput(OutputSerializer):
    id = serializers.UUIDField()
    name = serializers.CharField()
    hint = serializers.CharField()
    expires_at = ShownMomentField(allow_null=True)
    service_account = CallerAccountOutput()


class CallerOutput(OutputSerializer):
    """Who calls; of `session` and `token` one is there, the other is null."""

    user = CallerUserOutput()
    session = CallerSessionOutput(allow_null=True)
    token = CallerTokenOutput(allow_null=True)
    organizations = HoldingsOutput(many=True)
