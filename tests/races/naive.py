"""The control: the calls of the races as they are usually written, each a look before a leap.

What these tests find here they must not find in the product; and since they find it here, they can.
"""

import uuid
from typing import Any, cast

from django.contrib.auth.hashers import make_password
from django.urls import path
from django.utils.text import slugify
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.throttling import SimpleRateThrottle
from rest_framework.views import APIView
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


class MeView(APIView):
    def get(self, request: Request) -> Response:
        return Response({"email": request.user.get_username()})


def _body(request: Request) -> dict[str, str]:
    return cast("dict[str, str]", request.data)


def _token_pair(user: User) -> dict[str, Any]:
    token = RefreshToken.for_user(user)
    return {"access": str(token.access_token), "refresh": str(token)}


urlpatterns = [
    path("api/v1/auth/register", RegisterView.as_view()),
    path("api/v1/auth/login", LoginView.as_view()),
    path("api/v1/auth/refresh", TokenRefreshView.as_view()),
    path("api/v1/auth/logout", TokenBlacklistView.as_view()),
    path("api/v1/me", MeView.as_view()),
]
