"""What somebody holds, and whether it is enough."""

from rest_framework import serializers

from accounts.inputs import IdField, InputSerializer
from accounts.outputs import OutputSerializer
from organizations.serializers.role import PermissionField


class CheckInput(InputSerializer):
    permission = PermissionField()
    organization_id = IdField()
    space_id = IdField(required=False, allow_null=True, default=None)


class CheckOutput(OutputSerializer):
    allowed = serializers.BooleanField()
    reason = serializers.CharField(help_text="For people: whole sentences, which may change.")


class HeldRoleOutput(OutputSerializer):
    id = serializers.UUIDField()
    name = serializers.CharField()


class HeldPermissionOutput(OutputSerializer):
    code = serializers.CharField()
    roles = HeldRoleOutput(many=True, help_text="Where it comes from.")


class HoldingsOutput(OutputSerializer):
    id = serializers.UUIDField()
    slug = serializers.CharField()
    name = serializers.CharField()
    roles = HeldRoleOutput(many=True)
    permissions = HeldPermissionOutput(many=True)
