from typing import Any

from rest_framework import serializers

from accounts.inputs import EmailField, InputSerializer


class InviteInput(InputSerializer):
    """Without an e-mail the invite is open: whoever holds it may use it."""

    email = EmailField(default="", allow_blank=True, allow_null=True)


class InviteOutput(serializers.Serializer[Any]):
    """Never the token: that is shown once, beside this."""

    id = serializers.UUIDField()
    organization_id = serializers.UUIDField()
    email = serializers.CharField(required=False)
    created_by = serializers.UUIDField(source="created_by_id")
    created_at = serializers.DateTimeField()
    expires_at = serializers.DateTimeField()

    def to_representation(self, instance: Any) -> dict[str, Any]:
        body = super().to_representation(instance)
        if not instance.email:
            del body["email"]
        return body


class CreatedInviteOutput(serializers.Serializer[Any]):
    """Holds the raw token, this once."""

    invite = InviteOutput()
    token = serializers.CharField()


class AcceptedInviteOutput(serializers.Serializer[Any]):
    ok = serializers.BooleanField()
    organization_id = serializers.UUIDField()
