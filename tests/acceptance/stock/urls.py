"""The calls that the stack's documentation shows, under the product's names."""

from typing import ClassVar

from django.urls import include, path
from rest_framework.routers import SimpleRouter
from rest_framework.serializers import ModelSerializer
from rest_framework.viewsets import ModelViewSet
from rest_framework_simplejwt.views import (
    TokenBlacklistView,
    TokenObtainPairView,
    TokenRefreshView,
)

from organizations.models import Organization
from tests.races.naive import MeView, RegisterView


class OrganizationSerializer(ModelSerializer[Organization]):
    class Meta:
        model = Organization
        fields: ClassVar[list[str]] = ["id", "name", "slug", "intended_public_url"]


class OrganizationViewSet(ModelViewSet[Organization]):
    queryset = Organization.objects.order_by("created_at")
    serializer_class = OrganizationSerializer


router = SimpleRouter(trailing_slash=False)
router.register("organizations", OrganizationViewSet)

urlpatterns = [
    path("api/v1/auth/register", RegisterView.as_view()),
    path("api/v1/auth/login", TokenObtainPairView.as_view()),
    path("api/v1/auth/refresh", TokenRefreshView.as_view()),
    path("api/v1/auth/logout", TokenBlacklistView.as_view()),
    path("api/v1/me", MeView.as_view()),
    path("api/v1/", include(router.urls)),
]
