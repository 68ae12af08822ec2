"""Routes below /api/v1/. The uuid converter takes lower-case ids only: others are no route."""

from django.urls import include, path

from organizations.views import invite, membership, role, signup_request, space
from organizations.views.check import CheckView
from organizations.views.instance import InstanceView
from organizations.views.me import MeView, OwnPasswordView
from organizations.views.organization import (
    FeaturesView,
    OrganizationDetailView,
    OrganizationListView,
)
from organizations.views.registration import RegisterView

# One group, whose id is read once. The order is that of how often they are asked for.
in_organization = [
    path("spaces", space.SpaceListView.as_view()),
    path("spaces/access-summary", space.AccessSummaryView.as_view()),
    path("me/permissions", membership.OwnPermissionsView.as_view()),
    path("features", FeaturesView.as_view()),
    path("roles", role.RoleListView.as_view()),
    path("invites", invite.InviteListView.as_view()),
    path("signup-requests", signup_request.SignupRequestListView.as_view()),
    path("spaces/<uuid:space_id>", space.SpaceView.as_view()),
    path("spaces/<uuid:space_id>/access", space.SpaceAccessView.as_view()),
    path("members/<uuid:user_id>", membership.MemberView.as_view()),
    path("members/<uuid:user_id>/roles", membership.MemberRolesView.as_view()),
    path("roles/<uuid:role_id>", role.RoleView.as_view()),
    path("invites/<uuid:invite_id>", invite.InviteView.as_view()),
    path("signup-requests/<uuid:request_id>/approve", signup_request.ApproveView.as_view()),
    path("signup-requests/<uuid:request_id>/deny", signup_request.DenyView.as_view()),
    path("signup-requests/<uuid:request_id>/reopen", signup_request.ReopenView.as_view()),
]

urlpatterns = [
    path("organizations", OrganizationListView.as_view()),
    path("me", MeView.as_view()),
    path("organizations/<uuid:organization_id>/", include(in_organization)),
    path("organizations/<uuid:organization_id>", OrganizationDetailView.as_view()),
    path("me/password", OwnPasswordView.as_view()),
    path("auth/register", RegisterView.as_view()),
    path("auth/check", CheckView.as_view()),
    path("invites/<str:token>/accept", invite.AcceptInviteView.as_view()),
    path("public/instance", InstanceView.as_view()),
]
