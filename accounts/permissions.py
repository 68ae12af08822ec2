"""Who may call, as far as the account alone decides it."""

from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.views import APIView

from accounts.models import User


class HumanOnly(BasePermission):
    """Session and password calls are for people: a service account is refused."""

    def has_permission(self, request: Request, view: APIView) -> bool:
        return isinstance(request.user, User) and request.user.is_human
