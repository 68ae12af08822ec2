"""Routes below /api/v1/."""

from django.urls import path

from service_accounts.views import ServiceAccountListView

urlpatterns = [
    path(
        "organizations/<uuid:organization_id>/service-accounts",
        ServiceAccountListView.as_view(),
    ),
]
