"""The ledger of refresh tokens is no page for people."""

from django.contrib import admin
from rest_framework_simplejwt.token_blacklist.models import BlacklistedToken, OutstandingToken

admin.site.unregister(OutstandingToken)
admin.site.unregister(BlacklistedToken)
