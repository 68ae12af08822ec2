from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api import ApiView
from accounts.services.users import rename_user
from organizations.models import SignupRequest
from organizations.serializers.me import MeInput, MeOutput


class MeView(ApiView):
    def get(self, request: Request) -> Response:
        return self._answer()

    def patch(self, request: Request) -> Response:
        data = self.read(MeInput)
        if "display_name" in data:
            rename_user(user=self.principal, display_name=data["display_name"])
        return self._answer()

    def _answer(self) -> Response:
        user = self.principal
        context = {
            "service_account": self.credential.service_account,
            "signup_request": SignupRequest.objects.filter(user=user).first(),
        }
        return Response(MeOutput(user, context=context).data)
