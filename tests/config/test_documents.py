"""The documents for those who call the API, as the instance serves them."""

import re

import pytest
from django.conf import settings

from config.views import DOCUMENTS
from tests.conftest import make_client

pytestmark = pytest.mark.once

FOLDER = settings.BASE_DIR / "docs"
LINK = re.compile(r"\]\((?!#|https:)(?P<path>[^)#]+)(?P<anchor>#[^)]*)?\)")


def anchors_of(name: str) -> set[str]:
    """What can be linked to, by the headings."""
    headings = re.findall(r"^#+ (.+)$", (FOLDER / name).read_text(encoding="utf-8"), re.MULTILINE)
    return {"#" + re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("name", sorted(DOCUMENTS))
def test_a_document_is_served_as_it_is_written(name: str) -> None:
    answer = make_client().get(f"/docs/{name}")
    assert (answer.status_code, answer["Content-Type"]) == (200, "text/plain; charset=utf-8")
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer.content == (FOLDER / name).read_bytes()


@pytest.mark.parametrize("path", ["/llms.txt", "/docs/"])
def test_the_list_of_documents_is_where_it_is_looked_for(path: str) -> None:
    answer = make_client().get(path)
    assert answer.content == (FOLDER / "llms.txt").read_bytes()
    linked = {name for name in DOCUMENTS if f"(/docs/{name})" in answer.content.decode()}
    assert linked == DOCUMENTS - {"llms.txt"}


@pytest.mark.parametrize(
    "name",
    ["asvs.md", "nothing.md", "clients", "../README.md", "..%2Fconfig%2Fsettings.py", "/etc"],
)
def test_nothing_else_is_served(name: str) -> None:
    assert make_client().get(f"/docs/{name}").status_code == 404


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE"])
def test_documents_are_read_only(method: str) -> None:
    assert make_client().generic(method, "/docs/guide.md").status_code == 405


@pytest.mark.parametrize("name", sorted(name for name in DOCUMENTS if name.endswith(".md")))
def test_every_link_leads_to_what_is_served(name: str) -> None:
    for link in LINK.finditer((FOLDER / name).read_text(encoding="utf-8")):
        assert link["path"] in DOCUMENTS, link[0]
        assert not link["anchor"] or link["anchor"] in anchors_of(link["path"]), link[0]


def test_every_link_of_the_start_and_the_index_leads_somewhere() -> None:
    start = settings.SPECTACULAR_SETTINGS["DESCRIPTION"]
    paths = set(re.findall(r"\]\((/[^)]+)\)", start + (FOLDER / "llms.txt").read_text("utf-8")))
    assert len(paths) > 10
    assert [path for path in paths if make_client().get(path).status_code != 200] == []
