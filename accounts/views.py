"""Sessions and forgotten passwords."""

import uuid

from django.utils import timezone
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request

from accounts.api import Answer, ApiView, PublicView, ThrottledView, no_content
from accounts.models import Session
from accounts.openapi import PAGE_PARAMETERS, operation, page_of
from accounts.pagination import paginate
from accounts.permissions import HumanOnly
from accounts.serializers import (
    EmailAndPasswordMissing,
    EmailMissing,
    ForgotPasswordInput,
    LoginInput,
    OkOutput,
    RefreshTokenInput,
    RefreshTokenMissing,
    ResetPasswordInput,
    ResetPasswordMissing,
    SessionOutput,
    TokenPairOutput,
)
from accounts.services.login import InvalidCredentials, SignupDenied, log_in
from accounts.services.password import InvalidResetToken, request_password_reset, reset_password
from accounts.services.sessions import (
    InvalidRefreshToken,
    SessionNotFound,
    TokenReused,
    TokenSuperseded,
    get_session,
    log_out,
    revoke_session,
    revoke_sessions,
    rotate,
)
from config.exceptions import Forbidden, TooManyRequests


class LoginView(ThrottledView, PublicView):
    @operation(
        "logIn",
        "Log in with e-mail and password",
        body=LoginInput,
        answer=TokenPairOutput,
        errors=[EmailAndPasswordMissing, InvalidCredentials, SignupDenied, TooManyRequests],
        example={"email": "olivia@acme.example", "password": "correct horse battery staple"},
    )
    def post(self, request: Request) -> Answer:
        data = self.read(LoginInput)
        pair = log_in(email=data["email"], password=data["password"], by=self.actor)
        return Answer(TokenPairOutput.of(pair))


class RefreshView(ThrottledView, PublicView):
    @operation(
        "refresh",
        "Trade a refresh token for a new pair",
        body=RefreshTokenInput,
        answer=TokenPairOutput,
        errors=[
            RefreshTokenMissing,
            InvalidRefreshToken,
            TokenSuperseded,
            TokenReused,
            TooManyRequests,
        ],
        example={"refresh_token": "$refresh_token"},
    )
    def post(self, request: Request) -> Answer:
        data = self.read(RefreshTokenInput)
        pair = rotate(raw_token=data["refresh_token"], by=self.actor)
        return Answer(TokenPairOutput.of(pair))


class LogoutView(PublicView):
    @operation(
        "logOut",
        "End the session of a refresh token",
        body=RefreshTokenInput,
        status=204,
        errors=[RefreshTokenMissing],
        example={"refresh_token": "$refresh_token"},
    )
    def post(self, request: Request) -> Answer:
        data = self.read(RefreshTokenInput)
        log_out(raw_token=data["refresh_token"], by=self.actor)
        return no_content()


class LogoutAllView(ApiView):
    permission_classes = (IsAuthenticated, HumanOnly)

    @operation("logOutAll", "End all sessions of the caller", status=204, errors=[Forbidden])
    def post(self, request: Request) -> Answer:
        reason = Session.RevokedReason.LOGGED_OUT_ALL
        revoke_sessions(user=self.principal, reason=reason, by=self.actor, in_admin=True)
        return no_content()


class ForgotPasswordView(ThrottledView, PublicView):
    @operation(
        "forgotPassword",
        "Ask for a mail with a link to a new password",
        body=ForgotPasswordInput,
        answer=OkOutput,
        status=202,
        errors=[EmailMissing, TooManyRequests],
        example={"email": "olivia@acme.example"},
    )
    def post(self, request: Request) -> Answer:
        data = self.read(ForgotPasswordInput)
        request_password_reset(email=data["email"], by=self.actor)
        return Answer({"ok": True}, status=202)


class ResetPasswordView(ThrottledView, PublicView):
    @operation(
        "resetPassword",
        "Set a new password with a mailed token",
        body=ResetPasswordInput,
        status=204,
        errors=[ResetPasswordMissing, InvalidResetToken, TooManyRequests],
        example={"token": "$token", "new_password": "a new horse and battery"},
    )
    def post(self, request: Request) -> Answer:
        data = self.read(ResetPasswordInput)
        reset_password(raw_token=data["token"], new_password=data["new_password"], by=self.actor)
        return no_content()


class SessionListView(ApiView):
    permission_classes = (IsAuthenticated, HumanOnly)

    @operation(
        "listSessions",
        "The caller's sessions, most recently used first",
        answer=page_of("sessions", SessionOutput),
        query=PAGE_PARAMETERS,
        errors=[Forbidden],
    )
    def get(self, request: Request) -> Answer:
        current = Session.objects.current(timezone.now()).filter(user=self.principal)
        sessions, page = paginate(request, current.order_by("-last_used_at", "-pk"))
        context = {"current_id": self.credential.id}
        return Answer(
            {"sessions": SessionOutput(sessions, many=True, context=context).data, **page}
        )


class SessionView(ApiView):
    permission_classes = (IsAuthenticated, HumanOnly)

    @operation(
        "revokeSession",
        "End one of the caller's sessions",
        status=204,
        errors=[Forbidden, SessionNotFound],
    )
    def delete(self, request: Request, session_id: uuid.UUID) -> Answer:
        session = get_session(user=self.principal, session_id=session_id)
        revoke_session(session=session, by=self.actor)
        return no_content()
