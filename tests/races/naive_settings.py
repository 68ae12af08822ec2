"""The settings of the control: the product's, with the stack's own parts in place of ours."""

from config.settings import *  # noqa: F403  (a variant of all of them)
from config.settings import SIMPLE_JWT as _SIMPLE_JWT

ROOT_URLCONF = "tests.races.naive"
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "rest_framework_simplejwt.authentication.JWTAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
}
SIMPLE_JWT = _SIMPLE_JWT | {"ROTATE_REFRESH_TOKENS": True, "BLACKLIST_AFTER_ROTATION": True}
