from typing import Any

from rest_framework import serializers


class InstanceOutput(serializers.Serializer[Any]):
    version = serializers.CharField()
    git_sha = serializers.CharField()
    needs_organization_setup = serializers.BooleanField()
    public_app_url = serializers.CharField(required=False)
