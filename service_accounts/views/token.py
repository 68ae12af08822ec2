import datetime as dt
import uuid

from django.utils import timezone
from rest_framework.request import Request

from accounts.api import Answer, no_content
from accounts.openapi import PAGE_PARAMETERS, operation, page_of
from accounts.pagination import paginate
from organizations.permissions import Permission
from organizations.views.base import OrganizationView
from service_accounts.models import ServiceAccountToken
from service_accounts.serializers import (
    IssuedTokenOutput,
    RotationInput,
    TokenInput,
    TokenOutput,
)
from service_accounts.services.account import get_service_account
from service_accounts.services.token import (
    ExpiryInThePast,
    IssuedToken,
    ServiceAccountNotFound,
    TokenNotActive,
    TokenNotFound,
    TokenReplaced,
    TooManyTokens,
    get_token,
    issue_token,
    require_future,
    require_token_grantable,
    revoke_token,
    rotate_token,
)

MANAGE = Permission.ORG_MEMBERS_MANAGE
EVERY_METHOD = frozenset({"GET", "POST", "DELETE"})


class TokenListView(OrganizationView):
    human_only = EVERY_METHOD
    needs = {"GET": MANAGE, "POST": MANAGE}

    @operation(
        "listTokens",
        "Tokens of a service account, revoked and expired ones too",
        answer=page_of("tokens", TokenOutput),
        query=PAGE_PARAMETERS,
        errors=[ServiceAccountNotFound],
    )
    def get(self, request: Request, organization_id: uuid.UUID, account_id: uuid.UUID) -> Answer:
        tokens = ServiceAccountToken.objects.filter(
            service_account=get_service_account(
                organization_id=organization_id, account_id=account_id
            )
        )
        rows, page = paginate(request, tokens.order_by("-created_at", "-pk"))
        body = TokenOutput(rows, many=True, context={"now": timezone.now()}).data
        return Answer({"tokens": body, **page})

    @operation(
        "issueToken",
        "One more token, shown this once",
        body=TokenInput,
        answer=IssuedTokenOutput,
        status=201,
        errors=[ServiceAccountNotFound, ExpiryInThePast, TooManyTokens],
        example={"name": "laptop"},
    )
    def post(self, request: Request, organization_id: uuid.UUID, account_id: uuid.UUID) -> Answer:
        data = self.read(TokenInput, is_optional=True)
        require_future(data["expires_at"])
        account = get_service_account(organization_id=organization_id, account_id=account_id)
        require_token_grantable(access=self.access, account=account)
        issued = issue_token(
            account=account, name=data["name"] or "", expires_at=data["expires_at"], by=self.actor
        )
        return _answer_issued(issued)


class TokenDetailView(OrganizationView):
    human_only = EVERY_METHOD
    needs = {"DELETE": MANAGE}

    @operation(
        "revokeToken",
        "Make a token useless at once",
        status=204,
        errors=[ServiceAccountNotFound, TokenNotFound],
    )
    def delete(self, request: Request, **ids: uuid.UUID) -> Answer:
        revoke_token(token=_get_token(**ids), by=self.actor)
        return no_content()


class TokenRotateView(OrganizationView):
    human_only = EVERY_METHOD
    needs = {"POST": MANAGE}

    @operation(
        "rotateToken",
        "Replace a token; the old one may work on for a while",
        body=RotationInput,
        answer=IssuedTokenOutput,
        status=201,
        errors=[
            ServiceAccountNotFound,
            TokenNotFound,
            TokenNotActive,
            TokenReplaced,
            TooManyTokens,
        ],
        example={"overlap_seconds": 3600},
    )
    def post(self, request: Request, **ids: uuid.UUID) -> Answer:
        data = self.read(RotationInput, is_optional=True)
        token = _get_token(**ids)
        require_token_grantable(access=self.access, account=token.service_account)
        overlap = dt.timedelta(seconds=data["overlap_seconds"])
        return _answer_issued(rotate_token(token=token, overlap=overlap, by=self.actor))


def _get_token(
    organization_id: uuid.UUID, account_id: uuid.UUID, token_id: uuid.UUID
) -> ServiceAccountToken:
    account = get_service_account(organization_id=organization_id, account_id=account_id)
    return get_token(account=account, token_id=token_id)


def _answer_issued(issued: IssuedToken) -> Answer:
    context = {"now": timezone.now()}
    return Answer(IssuedTokenOutput(issued, context=context).data, status=201)
