"""The session calls: /auth/login, /auth/refresh, /auth/logout, /auth/logout-all."""

from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api import ApiView, PublicView, no_content
from accounts.models import Session
from accounts.permissions import HumanOnly
from accounts.serializers import LoginInput, RefreshTokenInput, TokenPairOutput
from accounts.services.login import log_in
from accounts.services.sessions import log_out, revoke_sessions, rotate


class LoginView(PublicView):
    def post(self, request: Request) -> Response:
        data = self.read(LoginInput)
        pair = log_in(email=data["email"], password=data["password"], origin=self.origin)
        return Response(TokenPairOutput(pair).data)


class RefreshView(PublicView):
    def post(self, request: Request) -> Response:
        data = self.read(RefreshTokenInput)
        pair = rotate(raw_token=data["refresh_token"], origin=self.origin)
        return Response(TokenPairOutput(pair).data)


class LogoutView(PublicView):
    def post(self, request: Request) -> Response:
        data = self.read(RefreshTokenInput)
        log_out(raw_token=data["refresh_token"])
        return no_content()


class LogoutAllView(ApiView):
    permission_classes = (IsAuthenticated, HumanOnly)

    def post(self, request: Request) -> Response:
        revoke_sessions(user=self.principal, reason=Session.RevokedReason.LOGGED_OUT_ALL)
        return no_content()
