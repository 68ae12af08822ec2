from typing import Any

from rest_framework import serializers

from accounts.inputs import IdListField, InputSerializer
from config.exceptions import DomainError
from organizations.services.membership import UnknownRole


class RoleIdsMissing(DomainError):
    error = "role_ids required"
    code = "role_ids_required"


class RoleIdsInput(InputSerializer):
    """A complete set: what is not in it is taken away."""

    essential = ("role_ids",)
    incomplete = RoleIdsMissing

    role_ids = IdListField(unknown=UnknownRole)


class RoleIdsOutput(serializers.Serializer[Any]):
    role_ids = serializers.ListField(child=serializers.UUIDField())


class PermissionsOutput(serializers.Serializer[Any]):
    permissions = serializers.ListField(child=serializers.CharField(), help_text="Sorted codes.")
