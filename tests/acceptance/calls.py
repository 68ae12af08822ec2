"""The calls that take a body, a good one of each, and what may be typed into its fields."""

from tests.acceptance.table import Ask

ORG = "/organizations/<org>"
ACCOUNT = f"{ORG}/service-accounts/<account>"

# By whom it is called; a good body. Every row that a good body of these would write is refused
# for something else, since each attack spoils one field.
CALLS: dict[str, tuple[str, dict[str, object]]] = {
    "POST /auth/register": (
        "",
        {
            "email": "new@acme.example",
            "password": "<pw>",
            "name": "New",
            "organization_name": "New",
            "intended_public_url": "https://new.example",
            "invite_token": "no-such-token",
        },
    ),
    "POST /auth/login": ("", {"email": "nobody@acme.example", "password": "<pw>"}),
    "POST /auth/refresh": ("", {"refresh_token": "no-such-token"}),
    "POST /auth/logout": ("", {"refresh_token": "no-such-token"}),
    "POST /auth/password/forgot": ("", {"email": "nobody@acme.example"}),
    "POST /auth/password/reset": ("", {"token": "no-such-token", "new_password": "<pw>"}),
    "PATCH /me": ("member", {"display_name": "Mia"}),
    "POST /me/password": ("member", {"current_password": "wrong", "new_password": "<pw>"}),
    "POST /organizations": ("owner", {"name": "Third"}),
    f"PATCH {ORG}": ("owner", {"name": "Acme", "intended_public_url": "https://acme.example"}),
    f"PATCH {ORG}/features": ("owner", {"open_signups_enabled": True}),
    f"PUT {ORG}/members/<random>/roles": ("owner", {"role_ids": ["<role>"]}),
    f"POST {ORG}/roles": ("owner", {"name": "Other", "permissions": ["board.read"]}),
    f"PATCH {ORG}/roles/<random>": ("owner", {"name": "Other", "permissions": ["board.read"]}),
    f"POST {ORG}/invites": ("owner", {"email": "guest@acme.example"}),
    f"POST {ORG}/signup-requests/<random>/approve": ("owner", {}),
    f"POST {ORG}/signup-requests/<random>/deny": ("owner", {"reason": "No", "notify": False}),
    f"POST {ORG}/signup-requests/<random>/reopen": ("owner", {}),
    f"POST {ORG}/spaces": ("owner", {"name": "Other", "description": "A space"}),
    f"PATCH {ORG}/spaces/<random>": ("owner", {"name": "Other", "description": "A space"}),
    f"PUT {ORG}/spaces/<random>/access": ("owner", {"role_ids": ["<role>"]}),
    f"POST {ORG}/service-accounts": (
        "owner",
        {
            "name": "Other",
            "role_ids": ["<role>"],
            "provider": "cursor",
            "openrouter_model": "model",
            "cursor_default_repo_url": "https://git.example/repo",
            "cursor_default_ref": "main",
            "expires_at": "2999-01-01T00:00:00Z",
        },
    ),
    f"PATCH {ORG}/service-accounts/<random>": (
        "owner",
        {
            "name": "Other",
            "is_active": True,
            "provider": "cursor",
            "openrouter_model": "model",
            "cursor_default_repo_url": "https://git.example/repo",
            "cursor_default_ref": "main",
        },
    ),
    f"POST {ORG}/service-accounts/<random>/tokens": (
        "owner",
        {"name": "Other", "expires_at": "2999-01-01T00:00:00Z"},
    ),
    f"POST {ACCOUNT}/tokens/<random>/rotate": ("owner", {"overlap_seconds": 60}),
}

# What stands in the braces of a route.
PLACES = {
    "user": "<member_id>", "token": "<invite_token>", "org": "<org>", "role": "<role>",
    "space": "<space>", "account": "<account>", "sa_token": "<sa_token>", "invite": "<invite>",
    "request": "<request>", "session": "<session>",
}  # fmt: skip

# No body is needed: without one they do what they do.
WITHOUT_BODY = ("/invites", "/approve", "/deny", "/reopen", "/tokens", "/rotate")
# A token or a wrong password in any spelling is one that opens nothing.
OPAQUE = {"refresh_token", "token", "invite_token", "current_password"}
# Whoever may be unknown, mistyped or gone is answered for, as the contract has it.
UNKNOWN = {401, 403, 404, 204, 202}


def attack(call: str, status: set[int], body: object, **more: object) -> Ask:
    """The call by somebody who may make it, with this body."""
    return Ask(call, status, body, by=CALLS[call][0], **more)  # type: ignore[arg-type]


def needs_body(call: str) -> bool:
    return not call.endswith(WITHOUT_BODY)


def fill_in(path: str, replaced: str = "", value: str = "") -> str:
    """A route's path with the names of what stands in its braces, one of them replaced."""
    for name, known in PLACES.items():
        path = path.replace("{" + name + "}", value if name == replaced else known)
    return path
