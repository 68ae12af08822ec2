"""The caller, as they see themselves."""

from dataclasses import dataclass
from typing import Any

from rest_framework import serializers

from accounts.credentials import ServiceAccountRef
from accounts.inputs import InputSerializer, NameField
from accounts.models import MAX_NAME_LENGTH, User
from accounts.outputs import MomentField, OutputSerializer
from organizations.models import SignupRequest


class MeInput(InputSerializer):
    display_name = NameField(
        max_length=MAX_NAME_LENGTH, allow_null=True, allow_blank=True, required=False
    )


@dataclass(frozen=True, slots=True)
class Me:
    """The caller, by what they are known, and the sign-up that they once asked for."""

    user: User
    service_account: ServiceAccountRef | None
    signup_request: SignupRequest | None


class ServiceAccountRefOutput(OutputSerializer):
    id = serializers.UUIDField()
    organization_id = serializers.UUIDField()


class OwnSignupRequestOutput(OutputSerializer):
    id = serializers.UUIDField()
    organization_id = serializers.UUIDField()
    status = serializers.CharField()


class MeOutput(OutputSerializer):
    """The caller; `signup_request` is there for whoever once asked to join."""

    id = serializers.UUIDField(source="user.pk")
    email = serializers.CharField(source="user.email")
    display_name = serializers.SerializerMethodField()
    created_at = MomentField(source="user.created_at")
    service_account = ServiceAccountRefOutput(allow_null=True)
    signup_pending = serializers.BooleanField(source="user.is_pending")
    signup_request = OwnSignupRequestOutput(required=False)

    def get_display_name(self, me: Me) -> str | None:
        return me.user.display_name or None

    def to_representation(self, instance: Me) -> dict[str, Any]:
        body = super().to_representation(instance)
        if instance.signup_request is None:
            del body["signup_request"]
        return body
