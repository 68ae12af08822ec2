"""Request lines, paths, ids, queries and headers that no client sends."""

import base64
import json

from tests.acceptance.calls import PLACES, fill_in
from tests.acceptance.table import Ask, Row
from tests.matrix.calls import CALLS as ROUTES

ORG = "/organizations/<org>"
BAD_IDS = (
    "1", "0", "-1", "9223372036854775807", "9223372036854775808", "1" + "0" * 30, "9" * 400, "1.5",
    "1e30", "true", "null", "None", "undefined", "NaN", "*", "$ne", "[]", "{}", "<org>x", "x<org>",
    "<org>%00", "%00<org>", "<org>%0a", "<org>%0d%0a", "<org>%20", "%20<org>", "<org>.json",
    "<org>;x=1", "<org>,<org>", "<org>%2f", "<org>%2e", "%2e%2e", "..%2f<org>", "%252e", "%ff",
    "%c0%ae", "%ed%a0%80", "%F0%9F%98%80", "%EF%BC%91", "%00", "%", "%zz", "%u0041", "'",
    "'%20OR%201=1--", "1;DROP%20TABLE%20x", "<upper>", "<bare>", "{<org>}", "urn:uuid:<org>",
    "01890a5d-ac96-774b-bcce-b302099a805", "01890a5d-ac96-774b-bcce-b302099a80577",
    "01890a5d-ac96-774b-bcce-b302099a805g", "0x1890a5d", "a" * 2000, "%7B%7D", "(sleep(9))",
    "01890a5d_ac96_774b_bcce_b302099a8057", "%E2%80%AE", "-", "--------", "@", "..", ".",
)  # fmt: skip
UNKNOWN_PATHS = (
    "/api/", "/api/v1", "/api/v1/", "/api/v2/me", "/api/v1/me/", "/api/v1/auth/login/",
    "/api/v1//me", "/api/v1/me//", "/api/v1/me/.", "/api/v1/./me", "/api/v1/../v1/me",
    "/api/v1/x/../me", "/api/v1/%2e%2e/v1/me", "/api/v1/me%2f", "/api/v1/me%00", "/api/%00",
    "/api/%ff", "/api/v1/%ff", "/api/v1/%00", "/api/v1/me%0a", "/api/v1/me%20", "/api/v1/me;x",
    "/api/v1/me;jsessionid=1", "/api/v1/ME", "/api/V1/me", "/api/v1/me.json", "/api/v1/me.",
    "/api/v1/m%65%00", "/api/v1/me\\", "/api/\\", "/api/v1/me%5c", "/api/v1/%25", "/api/v1/%",
    "/api/v1/%2", "/api/v1/%zz", "/api/v1/*", "/api/v1/organizations/",
    "/api/v1/organizations//members", "/api/v1/" + "a/" * 1000, "/api/v1/auth", "/api/v1/auth/",
    "/api/v1/auth/Login", "/api/v1/auth/token", "/api/v1/admin", "/api/v1/auth/logout/all",
    "/api/v1/users", "/api/v1/.git/config", "/api/v1/.env", "/api/schema/", "/api/docs/",
    "/api/schema.json", "/api/v1/public", "/api/v1/public/", "/api/v1/invites/",
    "/api/v1/invites//accept", "/api/v1/invites/a/b/accept", "/api/v1/'",
    "/api/v1/invites/%2f/accept", "/api/v1/<script>alert(1)</script>", "/api/v1/{{7*7}}",
    "/api/v1/%E2%80%AE", "/api/v1/%0d%0aSet-Cookie:%20a=b", "/api/v1/a%0aTraceback", "/api//v1/me",
    "/api",
)  # fmt: skip
# Not below /api/ as they are sent: what matters is that they fail in peace.
STRANGE_TARGETS = (
    "/api/v1/\xff", "/api/v1/\xc3\xa9", "/api/v1/me?\xff=\xfe", "//api/v1/me",
    "///api/v1/me", "/%61pi/v1/x", "/API/v1/me", "/%00", "/%ff", "/..", "/../api/v1/me",
    "/%2e%2e/%2e%2e/etc/passwd", "/static/../../etc/passwd", "/static/%2e%2e/%2e%2e/manage.py",
    "/static/%00", "/static/\xff", "/static/", "/static", "/static//", "/static/admin/css/%00.css",
    "/health/", "/health%00", "/healthz?%00", "/health?a=%ff", "/admin/%00", "/admin/%ff", "/admin",
    "/admin/..%2f", "/favicon.ico", "/.git/config", "/.env", "/" + "a" * 3000, "/?%00=%00",
    "/admin/?next=%00", "/admin/login/?next=//evil.example", "/admin/login/?next=%00%0d%0a",
    "http://evil.example/", "http://", "http:///", "*", "x", "?", "#", "/#", "/?", "/a b", "\xff",
)  # fmt: skip
BAD_QUERIES = (
    "limit=0", "limit=-1", "limit=1.5", "limit=abc", "limit=", "limit=%00", "limit=%ff",
    "limit=1e3", "limit=0x10", "limit=%201", "limit=1%00", "limit=NaN", "limit=%D9%A1",
    "limit=%EF%BC%91", "limit=%C2%B2", "limit=+5", "limit=1_0", "limit=00", "limit=true",
    "limit=--1",
)  # fmt: skip
HUGE_QUERIES = ("limit=" + "9" * 3500, "limit=99999999999999999999", "limit=1", "limit=0001")
IGNORED_QUERIES = (
    "x=%00",
    "%00",
    "%00=1",
    "%ff=%ff",
    "&&&&",
    "=",
    "a=b=c",
    "a;b;c",
    "x[]=1&x[]=2",
    "%",
    "%zz=%z",
    "__proto__=1",
    "format=html",
    "format=api",
    "format=xml",
    "_method=DELETE",
    "a=" + "b" * 3500,
    "access_token=x",
    "&".join(f"a{n}=1" for n in range(500)),
    "cursor=",
    "%5B%5D=",
)
LISTS = (
    f"{ORG}/members", f"{ORG}/roles", f"{ORG}/invites", f"{ORG}/signup-requests", f"{ORG}/spaces",
    f"{ORG}/spaces/access-summary", f"{ORG}/service-accounts", "/organizations", "/me/sessions",
    f"{ORG}/service-accounts/<account>/tokens", f"{ORG}/spaces/<space>/accessible-members",
)  # fmt: skip
BAD_STATUSES = (
    "", "Pending", "pending%00", "%00", "%ff", "x", "1", "pending,denied", "null", "pending%20",
    "'--", "withdrawn", "a" * 3000, "%F0%9F%98%80", "pending&status=x", "[]",
)  # fmt: skip


def _cursor(value: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()


_UUID = "01890a5d-ac96-774b-bcce-b302099a8057"
CURSORS_IN_JSON: tuple[object, ...] = (
    None, [], {}, 5, "x", True, [[]], [None], [None, None], [None, None, None], ["x"], [1, 2],
    [1, 2, 3], ["x", "y"], ["x", "y", "z"], [{}, {}], [[], []], ["\x00", _UUID], ["\ud800", _UUID],
    [_UUID, "\x00"], ["a" * 2000, "b"], ["9999-99-99", _UUID], ["0001-01-01T00:00:00+14:00", _UUID],
    ["NaN", _UUID], ["9999-12-31T23:59:59-14:00", _UUID], ["2026-01-01T00:00:00", _UUID],
    ["1e999", "1e999"], [1e308, 1e308], ["2026-01-01", _UUID], [True, "x", _UUID, 1], ["", "", ""],
    ["", ""], [10**30, 10**30], ["x"] * 500, [["2026-01-01T00:00:00Z"], [_UUID]], {"a": 1, "b": 2},
    ["True", "x", _UUID], ["2", "", ""],
)  # fmt: skip
BAD_CURSORS = (
    *("x", "%00", "%ff", "=", "====", "A", "AAAA", "a" * 3500, "%F0%9F%98%80", "-", "null", "W10"),
    *map(_cursor, CURSORS_IN_JSON),
)


def _ids_in(path: str) -> list[str]:
    return [name for name in PLACES if "{" + name + "}" in path and name != "token"]


IDS = tuple(
    Ask(f"{route.method} {fill_in(route.path, name, bad)}", {404}, by=by, says="not found")
    for route in ROUTES
    for name in _ids_in(route.path)
    for bad in BAD_IDS
    for by in ("owner", "")
)
PATHS = tuple(
    Ask(f"{method} {path}", {404}, says="not found", by=by)
    for path in UNKNOWN_PATHS
    for method, by in (("GET", ""), ("POST", ""), ("DELETE", "owner"), ("OPTIONS", ""), ("XYZ", ""))
)
TARGETS = tuple(
    Ask(f"{method} {target}", {200, 301, 302, 400, 403, 404, 405, 414}, is_page=True)
    for target in STRANGE_TARGETS
    for method in ("GET", "POST", "HEAD", "OPTIONS")
)
QUERIES = (
    tuple(Ask(f"GET {p}?{q}", {400}, by="owner") for p in LISTS[:7] for q in BAD_QUERIES)
    + tuple(Ask(f"GET {p}?{q}", {200}, by="owner") for p in LISTS[:7] for q in HUGE_QUERIES)
    + tuple(Ask(f"GET {p}?{q}", {200}, by="owner") for p in LISTS for q in IGNORED_QUERIES)
)
CURSORS = tuple(
    # A list that is ordered by texts takes any text for a place in it.
    Ask(f"GET {path}?cursor={cursor}", {400} | ({200} if path in LISTS[:2] else set()), by="owner")
    for path in (*LISTS[:5], LISTS[6], "/me/sessions", LISTS[9])
    for cursor in BAD_CURSORS
)
STATUSES = tuple(
    Ask(f"GET {ORG}/signup-requests?status={status}", {400}, by="owner", says="invalid status")
    for status in BAD_STATUSES
)
TOKENS_IN_PATHS = tuple(
    Ask(f"POST /invites/{token}/accept", {404}, by="outsider")
    for token in (*(bad for bad in BAD_IDS if "%2f" not in bad), "<sa_token>", "<bot>", "%0d%0a")
)
ROWS = [
    Row("U05", "bad ids in paths", IDS, sample=23),
    Row("U05b", "bad invite tokens in the path", TOKENS_IN_PATHS),
    Row("B15", "unknown paths", PATHS, sample=5),
    Row("B15b", "targets that are no path of ours", TARGETS),
    Row("B16", "bad queries", QUERIES, sample=11),
    Row("B17", "bad cursors", CURSORS, sample=11),
    Row("B18", "bad states of sign-up requests", STATUSES),
]
