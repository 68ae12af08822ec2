"""The caller, as they see themselves."""

from typing import Any

from rest_framework import serializers
from rest_framework.fields import SkipField

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

    def get_attribute(self, instance: Any) -> Any:
        return self.context["service_account"]


class OwnSignupRequestOutput(serializers.Serializer[SignupRequest]):
    id = serializers.UUIDField()
    organization_id = serializers.UUIDField()
    status = serializers.CharField()

    def get_attribute(self, instance: Any) -> Any:
        """Raises SkipField for somebody who never asked to join."""
        if request := self.context["signup_request"]:
            return request
        raise SkipField


class MeOutput(serializers.Serializer[User]):
    """The caller; `signup_request` is there for whoever once asked to join."""

    id = serializers.UUIDField()
    email = serializers.CharField()
    display_name = serializers.SerializerMethodField()
    created_at = serializers.DateTimeField()
    service_account = ServiceAccountRefOutput(allow_null=True)
    signup_pending = serializers.BooleanField(source="is_pending")
    signup_request = OwnSignupRequestOutput(required=False)

    def get_display_name(self, user: User) -> str | None:
        return user.display_name or None
