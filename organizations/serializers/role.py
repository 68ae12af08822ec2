from typing import Any

from rest_framework import serializers

from accounts.inputs import BoundedListField, InputSerializer, NameField, NameMissing, TextField
from config.exceptions import DomainError
from organizations.models.role import MAX_ROLE_NAME_LENGTH
from organizations.permissions import Permission


class UnknownPermission(DomainError):
    error = "unknown permission"
    code = "unknown_permission"


class PermissionField(TextField):
    """One of the permission codes."""

    def to_internal_value(self, data: object) -> Permission:  # a text on the wire
        try:
            return Permission(super().to_internal_value(data))
        except ValueError as error:
            raise UnknownPermission(fields={"permissions": ["invalid_choice"]}) from error


class RoleInput(InputSerializer):
    essential = ("name",)
    incomplete = NameMissing

    name = NameField(max_length=MAX_ROLE_NAME_LENGTH)
    permissions = BoundedListField(
        child=PermissionField(), max_length=100, allow_null=True, default=list
    )


class RoleChangeInput(InputSerializer):
    """Absent (or null) leaves as it is. `set_permissions` of older clients is not read."""

    essential = ("name",)
    incomplete = NameMissing

    name = NameField(max_length=MAX_ROLE_NAME_LENGTH, required=False, allow_null=True)
    permissions = BoundedListField(
        child=PermissionField(), max_length=100, required=False, allow_null=True
    )


class RoleOutput(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    organization_id = serializers.UUIDField()
    name = serializers.CharField()
    is_system = serializers.BooleanField()
    created_at = serializers.DateTimeField()
    updated_at = serializers.DateTimeField()
    permissions = serializers.ListField(child=serializers.CharField(), source="sorted_permissions")
