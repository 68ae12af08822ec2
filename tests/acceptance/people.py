"""Steps by which people come in."""

from tests.acceptance.table import Ask

ORG = "/organizations/<org>"
WRONG = "a wrong password"


def _pair(name: str) -> dict[str, str]:
    return {name: "access_token", f"{name}_refresh": "refresh_token"}


def apply(name: str) -> tuple[Ask, ...]:
    """Somebody signs up, and awaits approval."""
    body: dict[str, object] = {"email": f"{name}@acme.example", "password": "<pw>"}
    return (
        Ask("POST /auth/register", {201}, body, tells={"signup_pending": True}, keep=_pair(name)),
        Ask("GET /me", {200}, by=name, keep={f"{name}_id": "id"}),
    )


def join(name: str) -> tuple[Ask, ...]:
    """Somebody becomes a member by an invite."""
    body: dict[str, object] = {
        "email": f"{name}@acme.example",
        "password": "<pw>",
        "invite_token": f"<{name}_invite>",
    }
    return (
        Ask(f"POST {ORG}/invites", {201}, by="owner", keep={f"{name}_invite": "token"}),
        Ask("POST /auth/register", {201}, body, keep=_pair(name)),
        Ask("GET /me", {200}, by=name, keep={f"{name}_id": "id"}),
    )


def log_in(name: str, kept_as: str = "") -> Ask:
    """Another session of somebody; its tokens replace the earlier ones, or get another name."""
    body: dict[str, object] = {"email": f"{name}@acme.example", "password": "<pw>"}
    return Ask("POST /auth/login", {200}, body, keep=_pair(kept_as or name))


def guess(
    name: str, status: set[int], password: str = WRONG, says: str = "", twin: str = ""
) -> Ask:
    """A log-in that must not succeed."""
    body: dict[str, object] = {"email": f"{name}@acme.example", "password": password}
    return Ask("POST /auth/login", status, body, says=says, twin=twin)


def dead(name: str) -> tuple[Ask, ...]:
    """Neither token of a session opens anything."""
    return (
        Ask("GET /me", {401}, by=name, says="unauthorized"),
        Ask("POST /auth/refresh", {401}, {"refresh_token": f"<{name}_refresh>"}),
    )


def alive(name: str) -> Ask:
    return Ask("GET /me", {200}, by=name)
