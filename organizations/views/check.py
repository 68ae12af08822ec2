from rest_framework.request import Request

from accounts.api import Answer, ApiView
from accounts.openapi import operation
from organizations.serializers.holdings import CheckInput, CheckOutput
from organizations.serializers.role import UnknownPermission
from organizations.services.check import check_permission


class CheckView(ApiView):
    @operation(
        "checkPermission",
        "Whether the caller may do something, and why",
        body=CheckInput,
        answer=CheckOutput,
        errors=[UnknownPermission],
        example={"permission": "board.write", "organization_id": "$organization_id"},
        shows={"allowed": True, "reason": 'Allowed: the role "Editor" holds board.write.'},
    )
    def post(self, request: Request) -> Answer:
        data = self.read(CheckInput)
        return Answer(CheckOutput.of(check_permission(user=self.principal, **data)))
