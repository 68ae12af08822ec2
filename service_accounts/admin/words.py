"""What the pages of the admin say of a service account and of a token."""

import datetime as dt

from accounts.admin_words import moment_in_words
from organizations.access import find_access
from organizations.permissions import permissions_in_words
from service_accounts.models import ServiceAccount, ServiceAccountToken


def may_in_words(account: ServiceAccount) -> str:
    """What the account may do through its roles."""
    access = find_access(user=account.user, organization_id=account.organization_id)
    codes = sorted(access.permissions) if access else []
    return permissions_in_words(codes) or "what every member may, and nothing more"


def why_refused(account: ServiceAccount) -> str:
    """Why no token of the account lets anybody in; empty for one that is not disabled."""
    if not account.is_active:
        return "its account is disabled"
    return "" if account.user.is_active else "the user that its account acts as is disabled"


def state_of(token: ServiceAccountToken, now: dt.datetime) -> str:
    """For lists: active, expired, revoked, or why the API refuses one that is neither."""
    status = token.status(now)
    why = why_refused(token.service_account) if status == "active" else ""
    return f"refused: {why}" if why else status


def status_in_words(token: ServiceAccountToken, now: dt.datetime) -> str:
    """What a token is good for, and since or until when."""
    status, is_replaced = token.status(now), token.rotated_at is not None
    if status == "revoked":
        verb = "Replaced" if is_replaced else "Revoked"
        return f"{verb} on {moment_in_words(token.revoked_at)}: refused since then"
    if status == "expired":
        return f"Expired on {moment_in_words(token.expires_at)}: refused since then"
    until = f" until {moment_in_words(token.expires_at)}" if token.expires_at else ""
    if why := why_refused(token.service_account):
        return f"Refused: {why}. Once that is enabled, the token works again{until}"
    return f"Replaced by a newer token; works{until}" if is_replaced else f"Active{until}"
