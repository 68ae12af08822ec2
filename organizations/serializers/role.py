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

    def run_validation(self, data: object = serializers.empty) -> Permission:
        """Raises UnknownPermission, for the empty string and for what is no string too."""
        if data is serializers.empty:
            self.fail("required")
        try:
            return Permission(data.strip() if isinstance(data, str) else "")
        except ValueError as error:
            name = self.field_name or "permissions"  # one of a list has no name of its own
            raise UnknownPermission(fields={name: ["invalid_choice"]}) from error


class RoleInput(InputSerializer):
    essential = ("name",)
    incomplete = NameMissing

    name = NameField(max_length=MAX_ROLE_NAME_LENGTH)
    permissions = BoundedListField(
        child=PermissionField(), max_length=100, allow_null=True, default=list
    )


class RoleChangeInput(InputSerializer):
    """Absent (or null) leaves as it is. A `set_permissions` flag is accepted and ignored."""

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
