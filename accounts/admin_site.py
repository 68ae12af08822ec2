"""The admin's site: its name, and a log-in that counts with the API's."""

from typing import Any

from django.contrib.admin import AdminSite as DjangoAdminSite
from django.contrib.admin.forms import AdminAuthenticationForm
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse

from accounts.origin import origin_of
from accounts.services.login import InvalidCredentials, check_credentials
from config.exceptions import TooManyRequests


class StaffLoginForm(AdminAuthenticationForm):
    """Checks e-mail and password as the API does, under the same limits."""

    throttled_for: int | None = None

    def clean(self) -> dict[str, Any]:
        email = self.cleaned_data.get("username")
        password = self.cleaned_data.get("password")
        if email and password and self.request is not None:
            try:
                self.user_cache = check_credentials(
                    email=email, password=password, origin=origin_of(self.request)
                )
            except InvalidCredentials as error:
                raise self.get_invalid_login_error() from error
            except TooManyRequests as error:
                self.throttled_for = error.retry_after
                raise ValidationError(
                    "Too many tries. Please wait %(seconds)s seconds.",
                    code="throttled",
                    params={"seconds": error.retry_after},
                ) from error
            self.confirm_login_allowed(self.user_cache)
        return self.cleaned_data


class AdminSite(DjangoAdminSite):
    """Hyperspeed's admin."""

    site_header = "Hyperspeed"
    site_title = "Hyperspeed"
    index_title = "Administration"
    site_url = None
    login_form = StaffLoginForm

    def login(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """The log-in page; 429 with Retry-After while the limits hold."""
        response = super().login(request, extra_context)
        context = getattr(response, "context_data", None) or {}
        form = context.get("form")
        if isinstance(form, StaffLoginForm) and form.throttled_for is not None:
            response.status_code = TooManyRequests.status
            response["Retry-After"] = str(form.throttled_for)
        return response
