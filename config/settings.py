"""Settings, from the environment alone. README.md lists the variables."""

import os
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

from corsheaders.defaults import default_headers

from config import version
from config.checks import unsafe_in_development, unsafe_in_production
from config.env import LOOPBACK_HOSTS, Environment, database_settings, log_format
from config.mail import mail_settings, sender

env = Environment(os.environ)
BASE_DIR = version.BASE_DIR
VERSION = version.VERSION
GIT_SHA = version.GIT_SHA

# --- Mode and secrets ---------------------------------------------------------------------------
DEBUG = env.flag("DEBUG", default=False)
_development_file = BASE_DIR / ".development-secret" if DEBUG else None
SECRET_KEY = env.secret("SECRET_KEY", development_file=_development_file)
JWT_SIGNING_KEYS = env.signing_keys("JWT_SIGNING_KEY", development_file=_development_file)
JWT_SIGNING_KEY = next(iter(JWT_SIGNING_KEYS.values()))
if SECRET_KEY and SECRET_KEY in JWT_SIGNING_KEYS.values():
    env.problems.append("JWT_SIGNING_KEY must differ from SECRET_KEY.")

# --- Where it is reached --------------------------------------------------------------------------
PUBLIC_URL = env.url("PUBLIC_URL")
_public = urlsplit(PUBLIC_URL)
ALLOWED_HOSTS = env.items("ALLOWED_HOSTS") or (sorted(LOOPBACK_HOSTS) if DEBUG else [])
CORS_ALLOWED_ORIGINS = env.origins("CORS_ALLOWED_ORIGINS")
CORS_URLS_REGEX = r"^/api/"
CORS_ALLOW_HEADERS = [*default_headers, "x-request-id"]
CORS_EXPOSE_HEADERS = [
    *("X-Request-ID", "Retry-After", "WWW-Authenticate", "RateLimit", "RateLimit-Policy"),
    *("Deprecation", "Sunset", "Link", "X-Token-Expires-In-Days"),
]
TRUSTED_PROXIES = env.integer("TRUSTED_PROXIES", 0, minimum=0, maximum=100)
CSRF_TRUSTED_ORIGINS = [f"{_public.scheme}://{_public.netloc}"] if PUBLIC_URL else []
# TLS ends at the proxy: no redirect here, but cookies and HSTS follow the public address.
IS_HTTPS = _public.scheme == "https"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = IS_HTTPS
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = 12 * 60 * 60
SESSION_ENGINE = "accounts.admin_sessions"
CSRF_FAILURE_VIEW = "config.views.csrf_failure"
LOGIN_REDIRECT_URL = "/admin/"
SECURE_HSTS_SECONDS = 31_536_000 if IS_HTTPS else 0
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if TRUSTED_PROXIES else None
# The proxy redirects and owns the domain's HSTS policy beyond this host.
SILENCED_SYSTEM_CHECKS = ["security.W005", "security.W008", "security.W021"]
if not IS_HTTPS:
    # Plain http never leaves the machine (a check of our own says that PUBLIC_URL is missing):
    # nothing that these could secure.
    SILENCED_SYSTEM_CHECKS += ["security.W004", "security.W012", "security.W016"]

# --- Policy ---------------------------------------------------------------------------------------
AUTH_RATE_PER_MINUTE = env.integer("AUTH_RATE_PER_MINUTE", 30, maximum=1_000_000)
REGISTRATIONS_PER_HOUR = env.integer("REGISTRATIONS_PER_HOUR", 20, maximum=1_000_000)
LOGIN_FAILURES_PER_ACCOUNT = env.integer("LOGIN_FAILURES_PER_ACCOUNT", 10, maximum=1_000_000)
PASSWORD_MIN_LENGTH = env.integer("PASSWORD_MIN_LENGTH", 8, minimum=8, maximum=128)
REFRESH_TOKEN_LIFETIME = timedelta(days=env.integer("REFRESH_TOKEN_DAYS", 7, maximum=3650))
SESSION_MAX_AGE = timedelta(days=env.integer("SESSION_MAX_DAYS", 90, maximum=3650))
REFRESH_RACE_LEEWAY = timedelta(
    seconds=env.integer("REFRESH_RACE_LEEWAY_SECONDS", 10, minimum=0, maximum=300)
)
SINGLE_ORGANIZATION = env.flag("SINGLE_ORGANIZATION", default=True)

# --- What it tells those who run it ---------------------------------------------------------------
LOG_FORMAT = log_format(env)
REQUEST_LOG = env.flag("REQUEST_LOG", default=not DEBUG)
METRICS_TOKEN = env.optional_secret("METRICS_TOKEN")
if METRICS_TOKEN and METRICS_TOKEN in {SECRET_KEY, *JWT_SIGNING_KEYS.values()}:
    env.problems.append("METRICS_TOKEN must differ from SECRET_KEY and JWT_SIGNING_KEY.")

# --- Application ----------------------------------------------------------------------------------
INSTALLED_APPS = [
    "accounts.apps.AdminConfig",
    "rest_framework_simplejwt.token_blacklist",
    # Before auth: its createsuperuser and changepassword are ours.
    "accounts.apps.AccountsConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "corsheaders",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "organizations.apps.OrganizationsConfig",
    "service_accounts.apps.ServiceAccountsConfig",
]
MIDDLEWARE = [
    *(["accounts.request_log.RequestLogMiddleware"] if REQUEST_LOG else []),
    *(["accounts.metrics.MetricsMiddleware"] if METRICS_TOKEN else []),
    "config.middleware.EdgeMiddleware",
    *(["corsheaders.middleware.CorsMiddleware"] if CORS_ALLOWED_ORIGINS else []),
    "config.middleware.GateMiddleware",
    # The API goes no further: the rest is for pages.
    "config.middleware.ApiMiddleware",
    "config.middleware.PageMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]
ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ]
        },
    }
]
DATA_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024

# --- Database -------------------------------------------------------------------------------------
DATABASES: dict[str, Any] = {
    "default": database_settings(env.text("DATABASE_URL", "sqlite:///db.sqlite3"), BASE_DIR, env)
}
if DEBUG:
    env.problems += unsafe_in_development(
        public_url=PUBLIC_URL,
        has_secret=bool(env.text("SECRET_KEY") or env.text("JWT_SIGNING_KEY")),
    )
else:
    env.problems += unsafe_in_production(
        hosts=ALLOWED_HOSTS,
        public_url=PUBLIC_URL,
        has_named_proxies=bool(env.text("TRUSTED_PROXIES")),
        is_sqlite=DATABASES["default"]["ENGINE"].endswith("sqlite3"),
    )
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# --- Accounts and passwords -----------------------------------------------------------------------
AUTH_USER_MODEL = "accounts.User"
PASSWORD_HASHERS = ["accounts.hashers.Argon2idHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "accounts.password_validation.LengthValidator",
        "OPTIONS": {"min_length": PASSWORD_MIN_LENGTH},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {
        "NAME": "accounts.password_validation.ContextValidator",
        "OPTIONS": {"min_length": PASSWORD_MIN_LENGTH},
    },
    {
        "NAME": "organizations.password_validation.OrganizationNameValidator",
        "OPTIONS": {"min_length": PASSWORD_MIN_LENGTH},
    },
]

# --- API ------------------------------------------------------------------------------------------
REST_FRAMEWORK: dict[str, Any] = {
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["accounts.parsers.JsonParser"],
    "DEFAULT_CONTENT_NEGOTIATION_CLASS": "accounts.negotiation.JsonNegotiation",
    # sa_ tokens first: SimpleJWT refuses any bearer token that it cannot decode.
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "service_accounts.authentication.ServiceAccountTokenAuthentication",
        "accounts.authentication.AccessTokenAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "EXCEPTION_HANDLER": "config.exceptions.handle_api_exception",
    "DEFAULT_METADATA_CLASS": None,
    "DEFAULT_SCHEMA_CLASS": "accounts.openapi.ApiSchema",
    "UNAUTHENTICATED_USER": None,
    "URL_FORMAT_OVERRIDE": None,
}
SPECTACULAR_SETTINGS: dict[str, Any] = {
    "OAS_VERSION": "3.1.0",
    "TITLE": "Hyperspeed",
    "VERSION": VERSION,
    "DESCRIPTION": (BASE_DIR / "templates" / "getting_started.md").read_text(encoding="utf-8"),
    "TAGS": [
        {"name": "auth", "description": "Sessions: begun, carried on, ended"},
        {"name": "me", "description": "The caller, their password and their sessions"},
        {"name": "organizations", "description": "The caller's organizations"},
        {"name": "features", "description": "Whether sign-ups are open"},
        {"name": "members", "description": "Members, and the roles that they hold"},
        {"name": "roles", "description": "Named sets of permissions"},
        {"name": "invites", "description": "Ways in that are offered"},
        {"name": "signup-requests", "description": "Ways in that are asked for"},
        {"name": "spaces", "description": "Spaces, and which roles may enter"},
        {"name": "service-accounts", "description": "Accounts of programs, and their tokens"},
        {"name": "public", "description": "What anybody may know of the instance"},
    ],
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "SERVE_INCLUDE_SCHEMA": False,
    "COMPONENT_SPLIT_REQUEST": True,
    "ENUM_NAME_OVERRIDES": {},
    "POSTPROCESSING_HOOKS": ["accounts.openapi.add_errors", "accounts.curl.add_curl"],
    "GET_LIB_DOC_EXCLUDES": "accounts.openapi.get_doc_excludes",
    "APPEND_COMPONENTS": {
        "securitySchemes": {
            "bearer": {
                "type": "http",
                "scheme": "bearer",
                "description": "An access token, or a service account token (`sa_…`).",
            }
        }
    },
}
SIMPLE_JWT: dict[str, Any] = {
    "ALGORITHM": "HS256",
    "SIGNING_KEY": JWT_SIGNING_KEY,
    "ISSUER": PUBLIC_URL or "hyperspeed",
    "ACCESS_TOKEN_LIFETIME": timedelta(seconds=900),
    "LEEWAY": 10,
    "USER_ID_CLAIM": "sub",
}

# --- Mail -----------------------------------------------------------------------------------------
globals().update(mail_settings(env.text("EMAIL_URL", "console:"), env))
DEFAULT_FROM_EMAIL = sender("DEFAULT_FROM_EMAIL", env)
EMAIL_TIMEOUT = 10

# --- Static files: served by the application itself, without a collectstatic step -----------------
STATIC_URL = "/static/"
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = DEBUG

# --- Language, time, logs -------------------------------------------------------------------------
LANGUAGE_CODE = "en-us"
USE_I18N = False
USE_TZ = True
TIME_ZONE = "UTC"
# Django's own formats of the language go before those of the settings.
FORMAT_MODULE_PATH = "config.formats"
LOGGING: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {"request_id": {"()": "config.middleware.RequestIdFilter"}},
    "formatters": {
        "json": {"()": "accounts.logs.JsonFormatter"},
        "text": {
            "()": "accounts.logs.TextFormatter",
            "format": "%(asctime)s %(levelname)s %(name)s [%(request_id)s] %(message)s",
        },
    },
    "handlers": {
        "stderr": {
            "class": "logging.StreamHandler",
            "formatter": LOG_FORMAT,
            "filters": ["request_id"],
        }
    },
    "root": {"handlers": ["stderr"], "level": "INFO"},
    "loggers": {
        "django": {"handlers": [], "level": "INFO", "propagate": True},
        # Refusals are no news, and their paths are none of the log's business.
        "django.request": {"level": "ERROR"},
    },
}

env.raise_problems()
FILES = env.files
