from typing import Any

from rest_framework import serializers

from accounts.inputs import FlagField, InputSerializer, TextField
from organizations.models.signup_request import MAX_REASON_LENGTH


class DenyInput(InputSerializer):
    """Both may be left out; the reason is for staff and never sent to the applicant."""

    reason = TextField(max_length=MAX_REASON_LENGTH, default="", allow_blank=True, allow_null=True)
    notify = FlagField(default=True)


class SignupRequestOutput(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    organization_id = serializers.UUIDField()
    user_id = serializers.UUIDField()
    status = serializers.CharField()
    created_at = serializers.DateTimeField()
    resolved_at = serializers.DateTimeField(allow_null=True)
    resolved_by_user_id = serializers.UUIDField(source="resolved_by_id", allow_null=True)
    email = serializers.CharField(source="user.email")
    display_name = serializers.SerializerMethodField()

    def get_display_name(self, request: Any) -> str | None:
        return request.user.display_name or None
