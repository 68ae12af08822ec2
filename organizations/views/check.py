from rest_framework.request import Request

from accounts.api import Answer, ApiView
from accounts.openapi import operation
from organizations.serializers.holdings import CheckInput, CheckOutput
from organizations.serializers.role import UnknownPermission
from organizations.services.check import check_permission

LIMIT = (
    "`allowed` is about the permission. Some calls are for people only, whatever a service account "
    "may do: those that create or change service accounts, tokens, invites or roles, or give roles "
    "to members. They need `org.members.manage`; an `sa_` token that holds it is told `true` here, "
    "with this limit in `reason`, and 403 by those calls."
)


class CheckView(ApiView):
    @operation(
        "checkPermission",
        "Whether the caller may do something, and why",
        body=CheckInput,
        answer=CheckOutput,
        errors=[UnknownPermission],
        example={"permission": "board.write", "organization_id": "$organization_id"},
        note=LIMIT,
        shows={"allowed": True, "reason": 'Allowed: the role "Editor" holds board.write.'},
    )
    def post(self, request: Request) -> Answer:
        data = self.read(CheckInput)
        return Answer(CheckOutput.of(check_permission(user=self.principal, **data)))
