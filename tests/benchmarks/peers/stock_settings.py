"""The stack as its documentation shows it, on the product's models and database."""

from datetime import timedelta

from django.conf import global_settings

from tests.acceptance.stock.settings import *  # noqa: F403  (a variant of all of them)
from tests.acceptance.stock.settings import DATABASES as _DATABASES
from tests.acceptance.stock.settings import JWT_SIGNING_KEY as _KEY

ROOT_URLCONF = "tests.benchmarks.peers.stock"
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    *global_settings.PASSWORD_HASHERS,
]
USE_I18N = True
# Persistent connections instead of a pool, and the defaults for what is bound and prepared where.
_pooled = _DATABASES["default"]
_ours = {"pool", "cursor_factory", "server_side_binding", "prepare_threshold"}
_options = {name: value for name, value in _pooled["OPTIONS"].items() if name not in _ours}
DATABASES = {
    "default": _pooled | {"CONN_MAX_AGE": 60, "CONN_HEALTH_CHECKS": False, "OPTIONS": _options}
}
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "rest_framework_simplejwt.authentication.JWTAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
}
SIMPLE_JWT = {
    "SIGNING_KEY": _KEY,
    "ROTATE_REFRESH_TOKENS": True,
    "BLACKLIST_AFTER_ROTATION": True,
    # Longer than a run, which the documentation's five minutes are not.
    "ACCESS_TOKEN_LIFETIME": timedelta(days=1),
}
LOGGING = {}
