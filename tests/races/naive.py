"""The control: the calls of the races as they are usually written, each a look before a leap.

What these tests find here they must not find in the product; and since they find it here, they can.
"""

import uuid
from collections.abc import Callable
from typing import Any, cast

from django.contrib.auth.hashers import make_password
from django.urls import include, path
from django.utils.text import slugify
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.throttling import SimpleRateThrottle
from rest_framework.views import APIView, exception_handler
from rest_framework_simplejwt.authentication import JWTAuthentication
from rest_framework_simplejwt.tokens import RefreshToken
from rest_framework_simplejwt.views import (
    TokenBlacklistView,
    TokenObtainPairView,
    TokenRefreshView,
)

from accounts.models import User
from organizations.models import Organization


class RegisterView(APIView):
    """Looks whether the address and the instance are free, and trusts that they stay so."""

    authentication_classes = ()
    permission_classes = ()

    def post(self, request: Request) -> Response:
        data = _body(request)
        email = data["email"]
        if User.objects.find_by_email(email) is not None:
            return Response({"code": "email_taken"}, status=409)
        is_first = not Organization.objects.exists()
        user = User.objects.build(email, password_hash=make_password(data["password"]))
        user.save()
        if is_first:
            name = data["organization_name"]
            slug = f"{slugify(name)}-{uuid.uuid4().hex[:6]}"
            Organization.objects.create(name=name, slug=slug)
        return Response(_token_pair(user) | ({} if is_first else {"signup_pending": True}), 201)


class FailuresPerAccount(SimpleRateThrottle):
    """Reads a list of times from the process's cache, appends to it and writes it back."""

    rate = "10/min"

    def get_cache_key(self, request: Request, view: APIView) -> str:
        return f"login:{_body(request)['email']}"


class LoginView(TokenObtainPairView):
    throttle_classes = (FailuresPerAccount,)

    def get_exception_handler(self) -> Callable[[Exception, Any], Response | None]:
        """The stack's own: ours knows of no limits but ours."""
        return exception_handler


class MeView(APIView):
    authentication_classes = (JWTAuthentication,)
    permission_classes = (IsAuthenticated,)

    def get(self, request: Request) -> Response:
        return Response({"email": request.user.get_username()})


def _body(request: Request) -> dict[str, str]:
    return cast("dict[str, str]", request.data)


def _token_pair(user: User) -> dict[str, Any]:
    token = RefreshToken.for_user(user)
    return {"access": str(token.access_token), "refresh": str(token)}


# Beside the product's, whose tokens are others; and in the place of the product's.
urlpatterns = [
    path("api/naive/auth/register", RegisterView.as_view()),
    path("api/naive/auth/login", LoginView.as_view()),
    path("api/naive/auth/refresh", TokenRefreshView.as_view()),
    path("api/naive/auth/logout", TokenBlacklistView.as_view()),
    path("api/naive/me", MeView.as_view()),
    path("api/v1/", include("tests.races.naive_team")),
    path("", include("config.urls")),
]
