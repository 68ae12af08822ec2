"""Which form an answer takes: JSON, or none."""

from collections.abc import Iterable
from typing import Any

from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request

# What most clients send: nothing, curl's and httpx's, a careful one's, axios's.
_USUAL = frozenset({None, "*/*", "application/json", "application/json, text/plain, */*"})


class JsonNegotiation(DefaultContentNegotiation):
    """REST framework's, which need not parse the usual headers again for every request."""

    def select_renderer(
        self,
        request: Request,
        renderers: Iterable[BaseRenderer],
        format_suffix: str | None = None,
    ) -> Any:
        """The only renderer. Raises NotAcceptable where its form is not wanted."""
        if request.META.get("HTTP_ACCEPT") in _USUAL:
            renderer = next(iter(renderers))
            return renderer, renderer.media_type
        return super().select_renderer(request, renderers, format_suffix)
