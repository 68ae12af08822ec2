"""Routes below /api/v1/."""

from django.urls import include, path

from service_accounts.views import account, member, token, whoami

_ACCOUNT = "service-accounts/<uuid:account_id>"

in_organization = [
    path("members", member.MemberListView.as_view()),
    path("spaces/<uuid:space_id>/accessible-members", member.AccessibleMembersView.as_view()),
    path("service-accounts", account.ServiceAccountListView.as_view()),
    path(_ACCOUNT, account.ServiceAccountView.as_view()),
    path(f"{_ACCOUNT}/tokens", token.TokenListView.as_view()),
    path(f"{_ACCOUNT}/tokens/<uuid:token_id>", token.TokenDetailView.as_view()),
    path(f"{_ACCOUNT}/tokens/<uuid:token_id>/rotate", token.TokenRotateView.as_view()),
]

urlpatterns = [
    path("organizations/<uuid:organization_id>/", include(in_organization)),
    path("auth/whoami", whoami.WhoAmIView.as_view()),
]
