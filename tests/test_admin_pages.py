"""What holds for every page of the admin."""

import re

import pytest
from django.conf import settings
from django.contrib import admin
from django.db.models import Model

from accounts.admin_base import lookups_of
from accounts.models import AuditEvent
from organizations.models import Organization
from tests.accounts.test_admin_pages import act, browser_of_staff
from tests.conftest import Actor
from tests.factories import InviteFactory

pytestmark = pytest.mark.django_db

SECRET = re.compile(r"sa_[0-9A-Za-z]{36}|\b[0-9a-f]{64}\b|argon2|\beyJ")
LINK = re.compile(r'<a [^>]*href="(/admin/[^"#]*)"')
MODELS = list(admin.site._registry)


def list_of(model: type[Model]) -> str:
    return f"/admin/{model._meta.app_label}/{model._meta.model_name}/"


@pytest.fixture
def everything(bot: Actor, member: Actor, pending: Actor, organization: Organization) -> None:
    """A row or more on every page; the newest user is no staff."""
    InviteFactory.create(organization=organization, created_by=member.user)


@pytest.mark.parametrize("model", MODELS)
def test_who_may_see_one_page_sees_that_page_alone(everything: None, model: type[Model]) -> None:
    browser = browser_of_staff(f"view_{model._meta.model_name}")
    seen = {page: browser.get(list_of(page)).status_code for page in MODELS}
    assert seen == {page: 200 if page is model else 403 for page in MODELS}


@pytest.mark.parametrize("model", MODELS)
def test_who_may_only_look_is_offered_nothing_else(everything: None, model: type[Model]) -> None:
    browser = browser_of_staff(f"view_{model._meta.model_name}")
    page = f"{list_of(model)}{model._default_manager.latest('created_at').pk}/change/"
    assert b'name="action"' not in browser.get(list_of(model)).content
    detail = browser.get(page).content
    assert b'class="readonly"' in detail
    assert b'name="_save"' not in detail
    assert browser.post(page, {"name": "Mine"}).status_code == 403


@pytest.mark.parametrize("model", [model for model in MODELS if model is not AuditEvent])
def test_no_link_of_a_page_leads_to_a_closed_one(everything: None, model: type[Model]) -> None:
    browser = browser_of_staff(f"view_{model._meta.model_name}")
    row = model._default_manager.latest("created_at")
    text = browser.get(f"{list_of(model)}{row.pk}/change/").content.decode()
    links = set(LINK.findall(text))
    assert list_of(model) in links
    assert [link for link in links if browser.get(link).status_code == 403] == []


@pytest.mark.parametrize("model", MODELS)
def test_a_superuser_neither_adds_nor_deletes(everything: None, model: type[Model]) -> None:
    """Nor adds service accounts, who is a member of nothing."""
    root, row = browser_of_staff(), model._default_manager.latest("created_at")
    assert root.get(f"{list_of(model)}add/").status_code == 403
    assert root.post(f"{list_of(model)}{row.pk}/delete/", {"post": "yes"}).status_code == 403
    act(root, list_of(model), "delete_selected", row)
    assert model._default_manager.filter(pk=row.pk).exists()


@pytest.mark.parametrize("model", MODELS)
def test_neither_a_list_nor_its_details_show_a_secret(everything: None, model: type[Model]) -> None:
    root, row = browser_of_staff(), model._default_manager.latest("created_at")
    for page in (list_of(model), f"{list_of(model)}{row.pk}/change/"):
        answer = root.get(page)
        assert answer.status_code == 200
        assert SECRET.search(answer.content.decode()) is None


@pytest.mark.parametrize("model", MODELS)
def test_on_a_phone_each_line_of_a_row_says_what_it_is(model: type[Model]) -> None:
    """But the first, which is its heading, and the buttons of a decision."""
    css = (settings.BASE_DIR / "accounts/static/accounts/admin.css").read_text(encoding="utf-8")
    labels = " ".join(re.findall(r"^ *td(.+)::before", css, re.MULTILINE))
    shown = {str(name) for name in admin.site._registry[model].list_display[1:]}
    assert shown - set(re.findall(r"\.field-(\w+)", labels)) <= {"decision_or_links"}


def test_on_a_phone_each_line_of_a_table_of_a_page_that_asks_says_what_it_is() -> None:
    """But sentences, which do so by themselves, and buttons."""
    sheets = settings.BASE_DIR.glob("*/static/*/*.css")
    css = " ".join(sheet.read_text(encoding="utf-8") for sheet in sheets)
    labelled = set(re.findall(r"\.field-(\w+)", " ".join(re.findall(r"td(.+)::before", css))))
    pages = (settings.BASE_DIR / "templates/admin").rglob("*.html")
    html = " ".join(page.read_text(encoding="utf-8") for page in pages)
    cells = set(re.findall(r'<td class="field-(\w+)', html))
    assert "managed_by" in cells
    assert cells - labelled <= {"text", "change"}


@pytest.mark.parametrize("model", MODELS)
def test_a_huge_number_is_no_error(everything: None, model: type[Model]) -> None:
    root, page, huge = browser_of_staff(), list_of(model), "9" * 400
    names = {
        "q",
        "p",
        "o",
        "all",
        "_to_field",
        *lookups_of(admin.site._registry[model].list_filter),
    }
    statuses = {root.get(page, {name: huge}).status_code for name in names}
    statuses.add(root.get(page, {"q": "ab " * 2000}).status_code)
    statuses.add(root.get(f"{page}{huge}/change/").status_code)
    statuses.add(act(root, page, "delete_selected", huge).status_code)
    assert statuses <= {200, 302, 400}


@pytest.mark.parametrize(
    ("page", "method", "status", "words"),
    [
        ("/admin/accounts/user/", "get", 403, "This page is not open to you."),
        ("/admin/accounts/user/", "post", 403, "or the page was open for too long"),
        ("/admin/nothing/", "get", 404, "There is no page at this address."),
        ("/admin/?q=%00", "get", 400, "If a link led here, it may be damaged"),
    ],
)
def test_a_page_that_does_not_open_says_why_and_leads_back(
    owner: Actor, page: str, method: str, status: int, words: str
) -> None:
    owner.client.force_login(owner.user)
    answer = getattr(owner.client, method)(page)
    text = answer.content.decode()
    assert (answer.status_code, words in text) == (status, True)
    assert '<a href="/admin/">Back to the administration</a>' in text
    assert "Back to the administration" not in owner.client.get("/nothing").content.decode()


def test_a_form_that_is_too_large_is_told_what_became_of_it(owner: Actor) -> None:
    owner.client.force_login(owner.user)
    answer = owner.client.post("/admin/password_change/", {"x": "x" * 3_000_000})
    text = answer.content.decode()
    assert answer.status_code == 413
    assert "What you sent is more than the server takes at once. Nothing was changed." in text


def test_a_name_that_the_server_does_not_go_by_is_told_as_that(owner: Actor) -> None:
    text = owner.client.get("/admin/", headers={"host": "evil.example"}).content.decode()
    assert "The server does not go by the name in this address." in text
    assert "evil.example" not in text
