"""The base of all API views."""

from collections.abc import Mapping
from typing import Any, ClassVar, cast

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils import timezone
from rest_framework.compat import SHORT_SEPARATORS
from rest_framework.request import Request
from rest_framework.utils.encoders import JSONEncoder
from rest_framework.views import APIView

from accounts.actor import Actor, Door
from accounts.credentials import EXPIRY_HEADER, Credential
from accounts.deprecation import deprecation_of
from accounts.inputs import InputSerializer
from accounts.models import User
from accounts.origin import Origin, origin_of
from accounts.rate_limits import headers_of, noting
from config.exceptions import InvalidJson

_encode = JSONEncoder(ensure_ascii=False, allow_nan=False, separators=SHORT_SEPARATORS).encode


class Answer(HttpResponse):
    """JSON, written where it is made by an encoder that is there: REST framework's own response is
    set up for a template first, written when the view is done, and by an encoder of its own."""

    def __init__(self, data: Any, status: int = 200) -> None:
        content = b"" if data is None else _encode(data).encode()
        super().__init__(content, status=status, content_type="application/json")


class ApiView(APIView):
    """Base of all API views."""

    http_method_names = ("get", "post", "put", "patch", "delete", "head")
    head: ClassVar[Any]
    _allow: ClassVar[str]
    # By method, the headers of those that are deprecated.
    _deprecated: ClassVar[Mapping[str, Mapping[str, str]]]

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        if get := getattr(cls, "get", None):
            cls.head = get  # as Django does later, for each request
        # REST framework finds it out again for every answer.
        cls._allow = ", ".join(cls().allowed_methods)
        cls._deprecated = {
            name.upper(): found.headers
            for name in cls.http_method_names
            if (found := deprecation_of(getattr(cls, name, None)))
        }

    def read(self, serializer_class: type[InputSerializer], *, is_optional: bool = False) -> Any:
        """The validated body. Without `is_optional` an empty one is refused as `invalid json`."""
        has_body = bool(self.request._request.body)
        if not (has_body or is_optional):
            raise InvalidJson
        return serializer_class.read(self.request.data if has_body else {})

    def perform_authentication(self, request: Request) -> None:
        """Authenticates; a token that soon expires is told of by the answer, whatever it says."""
        credential = cast("Credential | None", request.auth)
        if credential is None or credential.expires_at is None:
            return
        days = credential.last_days(timezone.now())
        if days is not None:
            self.headers[EXPIRY_HEADER] = str(days)

    @property
    def default_response_headers(self) -> dict[str, str]:
        headers = {"Allow": self._allow}
        if self._deprecated:
            headers |= self._deprecated.get(self.request.method or "", {})
        return headers

    @property
    def principal(self) -> User:
        """The user that this request acts as."""
        return cast("User", self.request.user)

    @property
    def credential(self) -> Credential:
        """What the request was authenticated with."""
        return cast("Credential", self.request.auth)

    @property
    def actor(self) -> Actor:
        """Who calls, for services and the audit trail."""
        return Actor(
            door=Door.API,
            origin=self.origin,
            user=cast("User | None", self.request.user),
            credential=cast("Credential | None", self.request.auth),
            request_id=self.request.META["REQUEST_ID"],
        )

    @property
    def origin(self) -> Origin:
        """Where it came from."""
        return origin_of(self.request._request)


class PublicView(ApiView):
    """A view without authentication: a stale Authorization header is not even looked at."""

    authentication_classes = ()
    permission_classes = ()


class ThrottledView(ApiView):
    """A view that counts its calls: its answers, refusals too, tell how much is left."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        with noting() as standings:
            response = super().dispatch(request, *args, **kwargs)
        for name, value in headers_of(standings).items():
            response[name] = value
        return response


def no_content() -> Answer:
    """204: done, nothing to say."""
    return Answer(None, status=204)
