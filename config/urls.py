"""The whole URL space. API routes have no trailing slash; a malformed id matches no route."""

from django.contrib import admin
from django.urls import include, path, re_path
from django.views.decorators.csrf import csrf_exempt

from config import views

urlpatterns = [
    path("api/v1/", include("organizations.urls")),
    path("api/v1/", include("accounts.urls")),
    path("api/v1/", include("service_accounts.urls")),
    path("api/schema", views.schema),
    path("api/docs", views.docs),
    re_path(r"^api(?:/.*)?$", csrf_exempt(views.api_not_found)),
    path("health", views.health),
    path("healthz", views.healthz),
    path("docs/", views.document, {"name": "llms.txt"}),
    path("docs/<path:name>", views.document),
    path("llms.txt", views.document, {"name": "llms.txt"}),
    path("-/metrics", include("service_accounts.metrics_urls")),
    path("admin/", admin.site.urls),
]

handler400 = "config.views.bad_request"
handler403 = "config.views.permission_denied"
handler404 = "config.views.page_not_found"
handler500 = "config.views.server_error"
