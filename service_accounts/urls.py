"""Routes below /api/v1/."""

from django.urls import path

from service_accounts.views import account, member, token

ORG = "organizations/<uuid:organization_id>"

urlpatterns = [
    path(f"{ORG}/members", member.MemberListView.as_view()),
    path(
        f"{ORG}/spaces/<uuid:space_id>/accessible-members", member.AccessibleMembersView.as_view()
    ),
    path(f"{ORG}/service-accounts", account.ServiceAccountListView.as_view()),
    path(f"{ORG}/service-accounts/<uuid:account_id>", account.ServiceAccountView.as_view()),
    path(f"{ORG}/service-accounts/<uuid:account_id>/tokens", token.TokenListView.as_view()),
    path(
        f"{ORG}/service-accounts/<uuid:account_id>/tokens/<uuid:token_id>",
        token.TokenDetailView.as_view(),
    ),
    path(
        f"{ORG}/service-accounts/<uuid:account_id>/tokens/<uuid:token_id>/rotate",
        token.TokenRotateView.as_view(),
    ),
]
