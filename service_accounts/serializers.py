"""Bodies of the service account calls."""

import uuid
from typing import Any

from rest_framework import serializers

from accounts.inputs import InputSerializer, NameField, NameMissing, TextField
from config.exceptions import DomainError
from service_accounts.models import (
    MAX_SERVICE_ACCOUNT_NAME_LENGTH,
    MAX_SETTING_LENGTH,
    ServiceAccount,
)
from service_accounts.services import IssuedToken, UnknownRole


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


class RoleIdField(TextField):
    """The id of a role; one that cannot be an id is an unknown one."""

    def to_internal_value(self, data: object) -> uuid.UUID:  # type: ignore[override]  # a text on the wire
        try:
            return uuid.UUID(super().to_internal_value(data))
        except ValueError as error:
            raise UnknownRole(fields={"role_ids": ["does_not_exist"]}) from error


def _setting() -> TextField:
    return TextField(
        max_length=MAX_SETTING_LENGTH, allow_blank=True, allow_null=True, required=False
    )


class ServiceAccountInput(InputSerializer):
    essential = ("name",)
    incomplete = NameMissing

    name = NameField(max_length=MAX_SERVICE_ACCOUNT_NAME_LENGTH)
    role_ids = serializers.ListField(
        child=RoleIdField(), max_length=100, allow_null=True, default=list
    )
    provider = ProviderField(allow_null=True, required=False)
    openrouter_model = _setting()
    cursor_default_repo_url = _setting()
    cursor_default_ref = _setting()
    expires_at = serializers.DateTimeField(allow_null=True, default=None)


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


class IssuedTokenOutput(serializers.Serializer[IssuedToken]):
    """The only answer that holds a raw token."""

    service_account = ServiceAccountOutput(source="token.service_account")
    token = serializers.CharField(source="raw")
