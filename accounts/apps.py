"""The accounts app, and the admin with its own site."""

from django.apps import AppConfig
from django.contrib.admin.apps import AdminConfig as DjangoAdminConfig


class AccountsConfig(AppConfig):
    name = "accounts"


class AdminConfig(DjangoAdminConfig):
    default_site = "accounts.admin_site.AdminSite"
