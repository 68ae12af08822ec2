from typing import Any

from rest_framework import serializers

from accounts.inputs import InputSerializer, NameField, NameMissing, TextField
from accounts.models import MAX_NAME_LENGTH
from organizations.models.space import MAX_DESCRIPTION_LENGTH


class SpaceInput(InputSerializer):
    essential = ("name",)
    incomplete = NameMissing

    name = NameField(max_length=MAX_NAME_LENGTH)
    description = TextField(
        max_length=MAX_DESCRIPTION_LENGTH, default="", allow_blank=True, allow_null=True
    )


class SpaceOutput(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    organization_id = serializers.UUIDField()
    name = serializers.CharField()
    description = serializers.CharField()
    created_at = serializers.DateTimeField()
