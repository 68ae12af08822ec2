"""Who calls: what the account, the credential and the roles behind a request are."""

from dataclasses import dataclass

from accounts.credentials import Credential, CredentialKind
from accounts.models import Session, User
from config.exceptions import Unauthorized
from organizations.holdings import Holdings, holdings_of
from service_accounts.models import ServiceAccountToken


@dataclass(frozen=True, slots=True)
class CallerInfo:
    """The caller; of `session` and `token` one is there: by which they called."""

    user: User
    session: Session | None
    token: ServiceAccountToken | None
    organizations: list[Holdings]


def describe_caller(*, user: User, credential: Credential) -> CallerInfo:
    """In two queries, however many roles there are.

    Raises Unauthorized if the credential was deleted while it was used.
    """
    session, token = None, None
    if credential.kind == CredentialKind.SESSION:
        session = Session.objects.filter(pk=credential.id).first()
    else:
        tokens = ServiceAccountToken.objects.select_related("service_account").defer("digest")
        token = tokens.filter(pk=credential.id).first()
    if session is None and token is None:
        raise Unauthorized(is_presented=True)
    return CallerInfo(user, session, token, holdings_of(user))
