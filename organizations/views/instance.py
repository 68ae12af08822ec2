from django.conf import settings
from rest_framework.request import Request

from accounts.api import Answer, PublicView
from accounts.openapi import operation
from organizations.models import Instance
from organizations.serializers.instance import InstanceOutput


class InstanceView(PublicView):
    @operation(
        "getInstance",
        "What runs here, and whether the first account is still missing",
        answer=InstanceOutput,
    )
    def get(self, request: Request) -> Answer:
        body = {
            "version": settings.VERSION,
            "git_sha": settings.GIT_SHA,
            "needs_organization_setup": not Instance.objects.exists(),
        }
        if settings.PUBLIC_URL:
            body["public_app_url"] = settings.PUBLIC_URL
        return Answer(body)
