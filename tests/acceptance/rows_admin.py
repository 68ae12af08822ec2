"""The admin: pages may be HTML here, but never a failure, a trace or an open door."""

from tests.acceptance.pages import ANONYMOUS, FORM, get, post
from tests.acceptance.people import alive, apply
from tests.acceptance.table import Ask, Count, Row, Step

PAGES = (
    "accounts/user", "accounts/session", "accounts/auditevent", "organizations/organization",
    "organizations/role", "organizations/invite", "organizations/signuprequest",
    "service_accounts/serviceaccount", "service_accounts/serviceaccounttoken",
)  # fmt: skip
BAD_PKS = (
    "x", "0", "-1", "1", "9" * 400, "<random>", "%00", "%ff", "_5F00", "_00", "_", "__",
    "<owner_id>_00", "..", "%2e%2e", "add", "<owner_id>x", "' OR 1=1", "true", "null", "<org>",
    "<upper>", "<bare>", "a" * 2000, "%0a", "{<org>}", "_ZZ", "%F0%9F%98%80", "<owner_id>%00",
    "1e30", "autocomplete", "<script>", "jsi18n",
)  # fmt: skip
BAD_FILTERS = (
    "q=%00", "q=%ff", "q=" + "a" * 3000, "q='", "q=%25", "q=%F0%9F%98%80", "q=\\", 'q="',
    "q=a%20" + "b%20" * 300, "o=x", "o=1.2.3", "o=-99", "o=" + "9" * 400, "o=%00", "o=1.1.1.1",
    "o=-1.-1", "o=.", "o=\u0661".encode().decode("latin-1"), "p=x", "p=-1", "p=0", "p=" + "9" * 400,
    "p=%00", "all=", "all=%00", "e=1", "e=%00", "_popup=1", "_popup=%00", "_to_field=id",
    "_to_field=password", "_to_field=%00", "state=x", "state=%00", "status=x", "status=%00",
    "action=x", "action=%00", "is_active__exact=x", "is_active__exact=%00", "is_active__exact=2",
    "is_active__isnull=x", "organization__id__exact=x", "organization__id__exact=%00",
    "organization__id__exact=1", "kind__exact=%00", "is_staff__exact=" + "9" * 400,
    "password__startswith=argon", "user__password__regex=.*", "password__gt=a", "email__regex=(",
    "id__in=x", "id=x", "pk=x", "pk__in=%00", "created_at__year=x", "created_at__gte=x", "x=y",
    "created_at__date=9999-99-99", "signup_status__exact=%00", "is_system__exact=x",
    "provider__exact=%00", "revoked_reason__exact=%00", "user__is_superuser__exact=1",
    "memberships__organization__id__exact=x", "_changelist_filters=%00", "organization__isnull=x",
    "organization=x", "organization__name__icontains=a", "__class__=x", "o=1&o=2&p=1&p=x",
)  # fmt: skip
# Where it is taken for a choice of all sessions, it ends them, as it may.
ENDS_ALL = (("action", "end_selected"), ("select_across", "\x00"), ("_selected_action", "<random>"))
BAD_FORMS: tuple[tuple[tuple[str, str], ...], ...] = (
    (("action", "x"), ("_selected_action", "x")),
    (("action", ""), ("_selected_action", "")),
    (("action", "approve_selected"), ("_selected_action", "x")),
    (("action", "deny_selected"), ("_selected_action", "\x00")),
    (("action", "delete_selected"), ("_selected_action", "<owner_id>")),
    (("action", "end_selected"), ("_selected_action", "1")),
    (("action", "revoke_selected"), ("_selected_action", "9" * 400)),
    (("action", "disable_selected"), ("_selected_action", "x")),
    (("action", "enable_selected"), ("_selected_action", "\ud7ff")),
    (("index", "x"), ("action", "approve_selected")),
    (("index", "-1"), ("action", "deny_selected"), ("_selected_action", "<random>")),
    (("index", "9" * 400), ("action", "x")),
    (("action", "approve_selected"), ("select_across", "1")),
    (("action", "x"), ("select_across", "x")),
    ENDS_ALL,
    (("_save", "x"),),
    (("form-TOTAL_FORMS", "x"), ("_save", "x")),
    (("form-TOTAL_FORMS", "9" * 20), ("form-INITIAL_FORMS", "-1"), ("_save", "1")),
    (("action", "__class__"), ("_selected_action", "<owner_id>")),
    (("action", "has_add_permission"), ("_selected_action", "x")),
    tuple(("_selected_action", str(n)) for n in range(1500)),
    (("_selected_action", "x" * 100_000), ("action", "end_selected")),
)
BAD_LOGINS: tuple[tuple[tuple[str, str], ...], ...] = (
    (), (("username", ""), ("password", "")), (("username", "\x00"), ("password", "\x00")),
    (("username", "x" * 100_000), ("password", "x")),
    (("username", "owner@acme.example"), ("password", "x" * 900_000)),
    (("username", "' OR 1=1"), ("password", "' OR 1=1")),
    (("username", "owner@acme.example\x00"), ("password", "<pw>")),
    (("username", "owner@acme.example"), ("password", "<pw>\x00")),
    (("username", "\u0131@\u0131"), ("password", "x")),
    (("username", "a"), ("username", "b"), ("password", "c")),
    (("username", "member@acme.example"), ("password", "<pw>")),
    (("username", "pending@acme.example"), ("password", "<pw>")),
    (("username", "denied@acme.example"), ("password", "<pw>")),
    (("username", "disabled@acme.example"), ("password", "<pw>")),
    (("username", "helper@acme.example"), ("password", "<pw>")),
    (("username", "<account>@service-accounts.invalid"), ("password", "<bot>")),
    (("username", "owner@acme.example"), ("password", "<owner>")),
    (("email", "owner@acme.example"), ("password", "<pw>")),
    (("username", "member@acme.example"), ("password", "<pw>"), ("next", "//evil.example")),
    (("username", "x"), ("password", "x"), ("next", "\x00\r\nSet-Cookie: a=b")),
    (("username", "x"), ("password", "x"), ("next", "x" * 9000)),
)  # fmt: skip
SESSIONS = (
    "x", "", "\xff", "a" * 32, "a" * 5000, "' OR 1=1", "%00", "\x01", "..", "<owner>", "<bot>",
    '"\\000"', "None",
)  # fmt: skip
IN_STATE = "SELECT count(*) FROM organizations_signuprequest WHERE id = '<{}>' AND status = '{}'"
DECIDE = "/admin/organizations/signuprequest"

STRANGERS: tuple[Step, ...] = (
    *(get(f"{page}/", {302}, ANONYMOUS) for page in PAGES),
    *(
        get(f"{page}/", {302}, f"sessionid={value}")
        for page in PAGES[:2]
        for value in SESSIONS
        if value != "\x01"
    ),
    *(
        post(
            f"organizations/signuprequest/{w}/selected/", (("ids", "<request>"),), {302}, ANONYMOUS
        )
        for w in ("approve", "deny", "reopen", "undo")
    ),
    *(post("logout/", (), {302, 200}, ANONYMOUS) for _ in range(1)),
    Count(
        IN_STATE.format("request_hex", "pending"),
        1,
    ),
)
DECISIONS: tuple[Step, ...] = (
    *apply("judged"),
    Ask("GET /me", {200}, by="judged", keep={"judged_request": "signup_request.id"}),
    *(
        get(f"organizations/signuprequest/{word}/<judged_request>/")
        for word in ("approve", "deny", "reopen")
    ),
    *(
        get(f"organizations/signuprequest/{word}/selected/?ids=<judged_request>")
        for word in ("approve", "deny", "reopen")
    ),
    *(
        Ask(
            f"POST {DECIDE}/{word}/selected/",
            {403},
            "ids=<judged_request>",
            kind=FORM,
            headers=(("Cookie", cookie),),
            is_page=True,
        )
        for word in ("approve", "deny", "reopen")
        for cookie in ("<admin_cookie>", "sessionid=x", "csrftoken=short")
    ),
    *(
        post(f"organizations/signuprequest/{word}/selected/", (("ids", value), ("reason", reason)))
        for word in ("approve", "deny", "reopen")
        for value, reason in (
            ("x", ""),
            ("\x00", "\x00"),
            ("<random>", "x"),
            ("9" * 400, ""),
            ("", ""),
            ("<judged_request>x", ""),
        )
    ),
    post(
        "organizations/signuprequest/deny/selected/",
        (("ids", "<judged_request>"), ("reason", "x" * 100_000)),
    ),
    post(
        "organizations/signuprequest/deny/selected/",
        (("ids", "<judged_request>"), ("reason", "a\x00b")),
    ),
    Count(
        IN_STATE.format("judged_request_hex", "pending"),
        1,
    ),
    post(
        "organizations/signuprequest/approve/selected/",
        (("ids", "<judged_request>"), ("ids", "<judged_request>")),
        {302},
    ),
    post("organizations/signuprequest/deny/selected/", (("ids", "<judged_request>"),), {302}),
    Count(
        IN_STATE.format("judged_request_hex", "approved"),
        1,
    ),
)
LAST_OWNER: tuple[Step, ...] = (
    # Not ticked, so to be disabled; the page comes back and says why not.
    post("accounts/user/<owner_id>/change/", (("display_name", "x"), ("is_staff", "on")), {200}),
    post("accounts/user/<owner_id>/delete/", (("post", "yes"),), {403}),
    post(
        "accounts/user/",
        (("action", "delete_selected"), ("_selected_action", "<owner_id>"), ("post", "yes")),
    ),
    post("organizations/role/<owner_role>/delete/", (("post", "yes"),), {403}),
    post("organizations/organization/<org>/delete/", (("post", "yes"),), {403}),
    Count("SELECT count(*) FROM accounts_user WHERE id = '<owner_hex>' AND is_active", 1),
    alive("owner"),
)
CHANGES = tuple(
    post(f"{page}/{pk}/change/", fields)
    for page, pk in (
        ("accounts/user", "<member_id>"),
        ("organizations/organization", "<org>"),
        ("organizations/role", "<role>"),
    )
    for fields in (
        (("display_name", "a\x00b"), ("is_active", "on"), ("name", "a\x00b")),
        (("display_name", "x" * 10_000), ("is_active", "on"), ("name", "x" * 10_000)),
        (("name", ""), ("is_active", "on")),
        (("name", "Acme"), ("intended_public_url", "javascript:alert(1)"), ("is_active", "on")),
        (("name", "Acme"), ("intended_public_url", "https://x/" + "y" * 5000), ("is_active", "on")),
        (("user_permissions", "x"), ("is_active", "on"), ("name", "\ud7ff")),
    )
)

ROWS = [
    Row(
        "A01",
        "log-ins at the admin",
        tuple(post("login/", form, {200, 400, 413}, ANONYMOUS) for form in BAD_LOGINS),
    ),
    Row("A02", "strangers at the pages of staff", STRANGERS, writes=True),
    Row(
        "A03",
        "bad filters, orders and searches",
        tuple(get(f"{page}/?{query}") for page in PAGES for query in BAD_FILTERS),
        sample=11,
    ),
    Row(
        "A04",
        "bad primary keys",
        tuple(
            get(f"{page}/{pk}/{view}")
            for page in PAGES
            for pk in BAD_PKS
            for view in ("change/", "delete/", "history/", "")
        ),
        sample=11,
    ),
    Row(
        "A05",
        "actions with bad selections",
        tuple(
            post(f"{page}/", form)
            for page in PAGES
            for form in BAD_FORMS
            if (page, form) != ("accounts/session", ENDS_ALL)
        ),
        sample=7,
    ),
    Row("S04", "decisions by GET, without a token, with bad ids", DECISIONS, writes=True),
    Row("O04", "the last owner in the admin", LAST_OWNER, writes=True),
    Row(
        "A07",
        "permissions with numbers that no database holds",
        tuple(
            post(
                "accounts/user/<member_id>/change/",
                (("user_permissions", number), ("is_active", "on")),
            )
            for number in ("9" * 400, str(2**63), str(-(2**63) - 1), "1" * 5000)
        ),
        writes=True,
    ),
    Row("A06", "changes with bad values", CHANGES, writes=True),
]
