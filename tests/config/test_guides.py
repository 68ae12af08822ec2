"""The guides as a browser shows them."""

from html.parser import HTMLParser

import pytest

from config.guides import as_html
from config.views import DOCUMENTS
from tests.conftest import Answer, make_client

pytestmark = pytest.mark.once

GUIDES = sorted(name for name in DOCUMENTS if name.endswith(".md"))
LIST = ""  # of all of them
CHROMIUM = "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8"


class Reader(HTMLParser):
    """What a page is made of."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.ids: list[str] = []
        self.links: list[str] = []
        self.attributes: set[str] = set()
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}
        self.ids += [value or "" for name, value in attrs if name == "id"]
        self.links += [value or "" for name, value in attrs if name == "href" and tag == "a"]


def open_page(name: str, accept: str = CHROMIUM) -> Answer:
    return make_client().get(f"/docs/{name}", headers={"accept": accept})


@pytest.mark.parametrize("name", GUIDES)
def test_a_browser_gets_a_page_that_runs_nothing(name: str) -> None:
    answer = open_page(name)
    assert (answer.status_code, answer["Content-Type"]) == (200, "text/html; charset=utf-8")
    assert "style-src 'self';" in answer["Content-Security-Policy"]
    assert "script-src" not in answer["Content-Security-Policy"]
    page = Reader(answer.content.decode())
    assert {"h1", "pre", "header", "main"} <= page.tags
    assert not page.tags & {"script", "style", "img", "iframe", "form"}
    assert not {name for name in page.attributes if name == "style" or name.startswith("on")}


@pytest.mark.parametrize("name", [LIST, *GUIDES])
def test_every_link_of_a_page_leads_somewhere(name: str) -> None:
    page = Reader(open_page(name).content.decode())
    assert len(set(page.ids)) == len(page.ids)
    for link in page.links:
        if link.startswith("https:"):
            continue
        path, _, anchor = link.partition("#")
        there = open_page(path.removeprefix("/docs/")) if path else open_page(name)
        if path in {"/api/docs", "/llms.txt"}:
            there = make_client().get(path)
        assert there.status_code == 200, link
        assert not anchor or anchor in Reader(there.content.decode()).ids, link


def test_the_list_of_documents_is_a_page_with_links_in_a_browser() -> None:
    answer = open_page(LIST)
    assert (answer.status_code, answer["Content-Type"]) == (200, "text/html; charset=utf-8")
    assert {"/docs/guide.md", "/docs/openapi.yaml"} <= set(Reader(answer.content.decode()).links)
    assert open_page(LIST, "*/*")["Content-Type"].startswith("text/plain")
    written = make_client().get("/llms.txt", headers={"accept": CHROMIUM})
    assert written["Content-Type"].startswith("text/plain")


@pytest.mark.parametrize(
    ("accept", "kind"),
    [
        *((CHROMIUM, "text/html"), ("text/html", "text/html"), ("text/*;q=0.5", "text/plain")),
        *(("*/*", "text/plain"), ("", "text/plain"), ("application/json", "text/plain")),
        *(("text/plain", "text/plain"), ("text/markdown, text/html, */*", "text/plain")),
        *(("text/html;q=0.5, text/markdown", "text/plain"), ("text/html;q=x", "text/html")),
        *((",;,/", "text/plain"), ("text/html;q=0", "text/plain")),
        *(("text/html;x*=nope''%41", "text/plain"), ("text/html;x*=idna''%ff", "text/plain")),
    ],
)
def test_who_would_rather_have_html_gets_it(accept: str, kind: str) -> None:
    answer = open_page("errors.md", accept)
    assert (answer.status_code, answer["Content-Type"]) == (200, f"{kind}; charset=utf-8")
    assert "Accept" in answer["Vary"]


@pytest.mark.parametrize("name", sorted(DOCUMENTS - {*GUIDES}))
def test_what_is_no_guide_is_the_same_for_all(name: str) -> None:
    assert open_page(name)["Content-Type"] == "text/plain; charset=utf-8"
    assert "Accept" not in open_page(name).get("Vary", "")


def test_a_page_is_made_once_and_is_the_same_for_everybody() -> None:
    pages = [open_page("guide.md") for _ in range(2)]
    assert pages[0].content == pages[1].content
    assert "Cookie" not in pages[0]["Vary"]
    assert not pages[0].cookies


def test_html_in_markdown_is_shown_as_it_is_typed() -> None:
    title, html = as_html("# A <b>\n\n<script>x</script>\n\na <i onclick=x>\n\n```\n<u>\n```\n")
    assert title == "A <b>"
    assert Reader(html).tags == {"h1", "p", "pre", "code"}
    assert "&lt;script&gt;x&lt;/script&gt;" in html


@pytest.mark.parametrize(
    ("link", "is_one"),
    [
        *(("https://a.example", True), ("http://a.example", True), ("mailto:a@b.example", True)),
        *(("errors.md#x", True), ("#x", True), ("/llms.txt", True), ("a?b=c:d", True)),
        *(("javascript:x", False), ("JaVaScript:x", False), ("javascript&#58;x", False)),
        *(("data:image/png;base64,x", False), ("vbscript:x", False), ("file:///etc", False)),
        *(("ssh://a.example", False), ("x:javascript:x", False), ("java&#9;script:x", False)),
    ],
)
def test_only_links_to_pages_and_mails_are_links(link: str, is_one: bool) -> None:
    _, html = as_html(f"[a]({link})")
    assert bool(Reader(html).links) is is_one
    _, html = as_html(f"<{link}>")
    assert is_one or not Reader(html).links


def test_a_heading_has_the_anchor_that_its_name_makes() -> None:
    _, html = as_html("# Long `lists`, and more\n\n## Log in\n\n## Log in\n")
    assert Reader(html).ids == ["long-lists-and-more", "log-in", "log-in-1"]


def test_a_table_has_no_style_of_its_own_and_no_picture_is_loaded() -> None:
    _, html = as_html("| a |\n|--:|\n| ![b](c.png) |\n")
    assert Reader(html).tags == {"div", "table", "thead", "tbody", "tr", "th", "td", "a"}
    assert "style" not in Reader(html).attributes
