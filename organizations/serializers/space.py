from rest_framework import serializers

from accounts.inputs import InputSerializer, NameField, NameMissing, TextField
from accounts.models import MAX_NAME_LENGTH
from accounts.outputs import MomentField, OutputSerializer
from organizations.models.space import MAX_DESCRIPTION_LENGTH


class SpaceInput(InputSerializer):
    essential = ("name",)
    incomplete = NameMissing

    name = NameField(max_length=MAX_NAME_LENGTH)
    description = TextField(
        max_length=MAX_DESCRIPTION_LENGTH, default="", allow_blank=True, allow_null=True
    )


class SpaceChangeInput(InputSerializer):
    """Absent leaves as it is; null clears the description."""

    essential = ("name",)
    incomplete = NameMissing

    name = NameField(max_length=MAX_NAME_LENGTH, required=False)
    description = TextField(
        max_length=MAX_DESCRIPTION_LENGTH, required=False, allow_blank=True, allow_null=True
    )


class SpaceOutput(OutputSerializer):
    id = serializers.UUIDField()
    organization_id = serializers.UUIDField()
    name = serializers.CharField()
    description = serializers.CharField()
    created_at = MomentField()


class AccessSummaryOutput(OutputSerializer):
    """`project_id` is the space's id: the name is older than the word space."""

    project_id = serializers.UUIDField(source="id")
    can_access = serializers.BooleanField()
