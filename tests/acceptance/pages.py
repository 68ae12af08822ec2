"""Steps at the pages of the admin, which may answer with HTML."""

from urllib.parse import urlencode

from tests.acceptance.table import Ask, Sql, Step

FORM = "application/x-www-form-urlencoded"
CSRF = "a" * 32
ANONYMOUS = f"csrftoken={CSRF}"
ANY = {200, 302, 400, 403, 404, 405, 413, 415}
IN, OUT = {200}, {302}  # the front page for staff; the way to the log-in


def get(path: str, status: set[int] = ANY, by: str = "<admin_cookie>") -> Ask:
    return Ask(f"GET /admin/{path}", status, headers=(("Cookie", by),), is_page=True)


def post(
    path: str,
    fields: tuple[tuple[str, str], ...],
    status: set[int] = ANY,
    by: str = "<admin_cookie>",
    cookie: str = "",
) -> Ask:
    """A form with a good CSRF token; names in its fields are filled in."""
    body = urlencode((("csrfmiddlewaretoken", CSRF), *fields), safe="<>")
    headers = (("Cookie", by),)
    call = f"POST /admin/{path}"
    return Ask(call, status, body, kind=FORM, headers=headers, is_page=True, cookie=cookie)


def hire(name: str) -> tuple[Step, ...]:
    """Somebody who joined becomes staff without any permission, and opens a session there."""
    form = (("username", f"{name}@acme.example"), ("password", "<pw>"))
    return (
        Sql(f"UPDATE accounts_user SET is_staff = true WHERE id = '<{name}_id_hex>'"),  # noqa: S608
        post("login/", form, {302}, ANONYMOUS, cookie=f"{name}_cookie"),
        inside(name, IN),
    )


def inside(name: str, status: set[int]) -> Ask:
    """The front page, by the session of somebody who was hired."""
    return get("", status, cookie_of(name))


def cookie_of(name: str) -> str:
    return f"{ANONYMOUS}; <{name}_cookie>"
