"""The calls as the tutorials of REST framework and SimpleJWT write them."""

import uuid
from typing import Any, ClassVar, cast

from django.db.models import Q, QuerySet
from django.urls import path
from rest_framework import generics
from rest_framework.permissions import BasePermission, IsAuthenticated
from rest_framework.request import Request
from rest_framework.serializers import ModelSerializer, SerializerMethodField
from rest_framework.views import APIView
from rest_framework_simplejwt.views import TokenObtainPairView, TokenRefreshView

from accounts.models import User
from organizations.models import Membership, Organization, Role, SignupRequest, Space


class OrganizationSerializer(ModelSerializer[Organization]):
    class Meta:
        model = Organization
        fields: ClassVar[list[str]] = [
            *("id", "name", "slug", "open_signups_enabled", "intended_public_url", "created_at")
        ]


class SpaceSerializer(ModelSerializer[Space]):
    class Meta:
        model = Space
        fields: ClassVar[list[str]] = ["id", "organization", "name", "description", "created_at"]


class SpaceAccessSerializer(ModelSerializer[Space]):
    can_access = SerializerMethodField()

    class Meta:
        model = Space
        fields: ClassVar[list[str]] = ["id", "can_access"]

    def get_can_access(self, space: Space) -> bool:
        if not space.has_allow_list or space.created_by_id == self.context["request"].user.pk:
            return True
        return any(role in self.context["roles"] for role in space.allowed_roles.all())


class SignupRequestSerializer(ModelSerializer[SignupRequest]):
    class Meta:
        model = SignupRequest
        fields: ClassVar[list[str]] = ["id", "organization", "status"]


class UserSerializer(ModelSerializer[User]):
    signup_request = SignupRequestSerializer(read_only=True)

    class Meta:
        model = User
        fields: ClassVar[list[str]] = [
            *("id", "email", "display_name", "created_at", "signup_request")
        ]


class MayReadBoard(BasePermission):
    """A member of the organization in the path, with a role that grants board.read."""

    def has_permission(self, request: Request, view: APIView) -> bool:
        membership = (
            Membership.objects.filter(
                user=cast("User", request.user), organization=view.kwargs["organization_id"]
            )
            .prefetch_related("roles")
            .first()
        )
        if membership is None:
            return False
        return any(
            role.is_system or "board.read" in role.permissions for role in membership.roles.all()
        )


class OrganizationList(generics.ListAPIView[Organization]):
    serializer_class = OrganizationSerializer

    def get_queryset(self) -> QuerySet[Organization]:
        user = cast("User", self.request.user)
        return Organization.objects.filter(memberships__user=user).order_by("created_at")


class InOrganization(generics.ListAPIView[Space]):
    permission_classes = (IsAuthenticated, MayReadBoard)

    @property
    def organization_id(self) -> uuid.UUID:
        return cast("uuid.UUID", self.kwargs["organization_id"])

    def get_queryset(self) -> QuerySet[Space]:
        return Space.objects.filter(organization=self.organization_id).order_by("-created_at")


class SpaceList(InOrganization):
    serializer_class = SpaceSerializer

    def get_queryset(self) -> QuerySet[Space]:
        user = cast("User", self.request.user)
        is_open = Q(has_allow_list=False) | Q(created_by=user)
        is_listed = Q(allowed_roles__memberships__user=user)
        return super().get_queryset().filter(is_open | is_listed).distinct()


class AccessSummary(InOrganization):
    serializer_class = SpaceAccessSerializer

    def get_queryset(self) -> QuerySet[Space]:
        return super().get_queryset().prefetch_related("allowed_roles")

    def get_serializer_context(self) -> dict[str, Any]:
        held = Role.objects.filter(memberships__user=cast("User", self.request.user))
        return {**super().get_serializer_context(), "roles": set(held)}


class Me(generics.RetrieveAPIView[User]):
    serializer_class = UserSerializer

    def get_object(self) -> User:
        return cast("User", self.request.user)


_ORGANIZATION = "api/v1/organizations/<uuid:organization_id>"
urlpatterns = [
    path("api/v1/organizations", OrganizationList.as_view()),
    path(f"{_ORGANIZATION}/spaces", SpaceList.as_view()),
    path(f"{_ORGANIZATION}/spaces/access-summary", AccessSummary.as_view()),
    path("api/v1/me", Me.as_view()),
    path("api/v1/auth/login", TokenObtainPairView.as_view()),
    path("api/v1/auth/refresh", TokenRefreshView.as_view()),
]
