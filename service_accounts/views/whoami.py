from rest_framework.request import Request

from accounts.api import Answer, ApiView
from accounts.openapi import operation
from service_accounts.serializers import CallerOutput
from service_accounts.services.caller import describe_caller

_ID = "01a20c79-9152-7bc3-9020-9d8b5823f2d4"
_ROLE = {"id": _ID, "name": "Reader"}
EXAMPLE = {
    "user": {
        "id": _ID,
        "email": "ben@maker.example",
        "display_name": "Ben",
        "kind": "human",
        "signup_pending": False,
    },
    "session": {
        "id": _ID,
        "created_at": "2026-01-31T12:00:00Z",
        "expires_at": "2026-05-01T12:00:00Z",
    },
    "token": None,
    "organizations": [
        {
            "id": _ID,
            "slug": "acme",
            "name": "Acme",
            "roles": [_ROLE],
            "permissions": [{"code": "board.read", "roles": [_ROLE]}],
        }
    ],
}


class WhoAmIView(ApiView):
    @operation(
        "whoAmI",
        "Who calls, by which credential, and what they may do where",
        answer=CallerOutput,
        shows=EXAMPLE,
    )
    def get(self, request: Request) -> Answer:
        caller = describe_caller(user=self.principal, credential=self.credential)
        return Answer(CallerOutput.of(caller))
