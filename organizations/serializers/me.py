"""The caller, as they see themselves."""

from typing import Any

from rest_framework import serializers

from accounts.credentials import ServiceAccountRef
from accounts.inputs import InputSerializer, NameField
from accounts.models import MAX_NAME_LENGTH, User
from organizations.models import SignupRequest


class MeInput(InputSerializer):
    display_name = NameField(
        max_length=MAX_NAME_LENGTH, allow_null=True, allow_blank=True, required=False
    )


class ServiceAccountRefOutput(serializers.Serializer[ServiceAccountRef]):
    id = serializers.UUIDField()
    organization_id = serializers.UUIDField()


class OwnSignupRequestOutput(serializers.Serializer[SignupRequest]):
    id = serializers.UUIDField()
    organization_id = serializers.UUIDField()
    status = serializers.CharField()


class MeOutput(serializers.Serializer[User]):
    """Takes the service account and the sign-up request from the context."""

    id = serializers.UUIDField()
    email = serializers.CharField()
    display_name = serializers.SerializerMethodField()
    created_at = serializers.DateTimeField()
    signup_pending = serializers.BooleanField(source="is_pending")

    def get_display_name(self, user: User) -> str | None:
        return user.display_name or None

    def to_representation(self, instance: User) -> dict[str, Any]:
        body = super().to_representation(instance)
        account: ServiceAccountRef | None = self.context["service_account"]
        body["service_account"] = account and ServiceAccountRefOutput(account).data
        if signup_request := self.context["signup_request"]:
            body["signup_request"] = OwnSignupRequestOutput(signup_request).data
        return body
