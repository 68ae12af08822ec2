"""The guides of docs/ as pages for people: Markdown made HTML, which runs and loads nothing."""

import re
from collections import Counter
from functools import cache
from itertools import pairwise

from django.template.loader import render_to_string
from django.utils.html import escape
from django.utils.safestring import mark_safe
from markdown_it import MarkdownIt

from config.version import BASE_DIR

FOLDER = BASE_DIR / "docs"
# A link with a scheme, or with what a browser might take for one, that is no page and no mail.
FOREIGN = re.compile(r"(?!(?:https?|mailto):)[^/?#]*:", re.IGNORECASE)
# Stricter than that of other pages: no script, and no style but that of our files.
POLICY = (
    "default-src 'none'; style-src 'self'; img-src data:; form-action 'none'; base-uri 'none';"
    " frame-ancestors 'none'"
)


class _Markdown(MarkdownIt):
    """CommonMark with tables; HTML is shown as it is typed, and pictures are left out."""

    def __init__(self) -> None:
        super().__init__("commonmark", {"html": False, "highlight": _code})
        self.enable("table").disable("image")
        # What is wider than a telephone is moved sideways, with the keyboard too.
        self.add_render_rule("table_open", lambda *_: '<div class="table" tabindex="0"><table>\n')
        self.add_render_rule("table_close", lambda *_: "</table></div>\n")

    def validateLink(self, url: str) -> bool:  # noqa: N802  (the library's name)
        return not FOREIGN.match(url)


@cache
def guide_page(name: str) -> bytes:
    """The page of a Markdown file in docs/, made once in the life of a process."""
    title, body = as_html((FOLDER / name).read_text(encoding="utf-8"))
    # All text in it was escaped, and all links were looked at.
    context = {"title": title, "body": mark_safe(body)}  # noqa: S308
    return render_to_string("guide.html", context).encode()


def as_html(text: str) -> tuple[str, str]:
    """The title of a Markdown text and its HTML, in which a heading has the anchor of GitHub's."""
    tokens = _MARKDOWN.parse(text)
    title = ""
    seen = Counter[str]()
    for token, inner in pairwise(tokens):
        token.attrs.pop("style", None)  # of a cell
        if token.type == "heading_open":
            words = "".join(child.content for child in inner.children or [])
            title = title or words
            anchor = re.sub(r"[^\w -]", "", words.lower()).replace(" ", "-")
            token.attrSet("id", f"{anchor}-{seen[anchor]}" if seen[anchor] else anchor)
            seen[anchor] += 1
    return title, _MARKDOWN.renderer.render(tokens, _MARKDOWN.options, {})


def _code(content: str, *_: str) -> str:
    return f'<pre tabindex="0"><code>{escape(content)}</code></pre>'


_MARKDOWN = _Markdown()
