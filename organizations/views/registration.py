from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api import PublicView
from accounts.serializers import TokenPairOutput
from organizations.serializers.registration import RegisterInput
from organizations.services.registration import register


class RegisterView(PublicView):
    def post(self, request: Request) -> Response:
        data = self.read(RegisterInput)
        pair = register(
            email=data["email"],
            password=data["password"],
            display_name=data["name"] or "",
            organization_name=data["organization_name"] or "",
            intended_public_url=data["intended_public_url"] or None,
            invite_token=data["invite_token"] or "",
            origin=self.origin,
        )
        return Response(TokenPairOutput(pair).data, status=201)
