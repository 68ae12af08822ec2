"""Routes below /api/v1/. The uuid converter takes lower-case ids only: others are no route."""

from django.urls import path

from organizations.views.instance import InstanceView
from organizations.views.me import MeView
from organizations.views.organization import (
    FeaturesView,
    OrganizationDetailView,
    OrganizationListView,
)
from organizations.views.registration import RegisterView
from organizations.views.space import SpaceListView

urlpatterns = [
    path("auth/register", RegisterView.as_view()),
    path("me", MeView.as_view()),
    path("public/instance", InstanceView.as_view()),
    path("organizations", OrganizationListView.as_view()),
    path("organizations/<uuid:organization_id>", OrganizationDetailView.as_view()),
    path("organizations/<uuid:organization_id>/features", FeaturesView.as_view()),
    path("organizations/<uuid:organization_id>/spaces", SpaceListView.as_view()),
]
