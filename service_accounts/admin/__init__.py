"""Service accounts and their tokens in the admin."""

from service_accounts.admin import home
from service_accounts.admin.account import ServiceAccountAdmin
from service_accounts.admin.token import ServiceAccountTokenAdmin

__all__ = ["ServiceAccountAdmin", "ServiceAccountTokenAdmin", "home"]
