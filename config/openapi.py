"""The OpenAPI document of this version: the same for every caller, so made once."""

from functools import cache
from typing import Any

from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.renderers import OpenApiYamlRenderer


@cache
def get_schema() -> dict[str, Any]:
    """The document as plain values."""
    document: dict[str, Any] = SchemaGenerator().get_schema(  # type: ignore[no-untyped-call]
        request=None, public=True
    )
    return document


@cache
def schema_as_yaml() -> bytes:
    """The document as it is committed in docs/openapi.yaml."""
    renderer = OpenApiYamlRenderer()
    text: bytes = renderer.render(get_schema(), renderer_context={})  # type: ignore[no-untyped-call]
    return text
