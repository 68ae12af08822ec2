"""Who calls and what they may do: asked by everybody, told of nobody else."""

from tests.acceptance.people import dead, join
from tests.acceptance.table import Ask, Row, Sql, Step

WHO, CHECK = "GET /auth/whoami", "POST /auth/check"
STRANGE = "Not allowed: you are not a member of this organization."
# No credential, or none that is for this door.
BAD = ("", "denied", "disabled", "owner_refresh", "invite_token", "pw", "key", "owner_id")
ODD_IDS: tuple[object, ...] = (
    *("x", "", " ", 5, 0, -1, 1.5, True, None, [], {}, ["<org>"], {"id": "<org>"}),
    *(2**63, 10**30, "9" * 5000, "<org>x", "\x00", "<org>\x00", "' OR '1'='1", "%", "../<org>"),
)
ODD_CODES: tuple[object, ...] = (
    *("org", "ORG.MANAGE", "org.manage,board.read", "org.*", "*", "", " ", "is_superuser"),
    *(5, True, [], {}, ["org.manage"], {"$ne": ""}, "x" * 10_000, "org.manage\u200b", "' OR 1=1"),
)


def _check(**body: object) -> dict[str, object]:
    return {"permission": "org.manage", "organization_id": "<org>", **body}


TOLD: tuple[Step, ...] = (
    *(
        Ask(call, {401}, {} if call == CHECK else None, by=by)
        for call in (WHO, CHECK)
        for by in BAD
    ),
    *(
        Ask(WHO, {200}, by=by, lacks=(f"<{by}>", "<key>", "argon2", '"password"', '"digest"'))
        for by in ("owner", "member", "helper", "outsider", "pending", "keeper", "rival", "bot")
    ),
    Ask(WHO, {200}, by="member", lacks=("<owner_id>", "<rival_org>", "<bot>")),
    Ask(WHO, {200}, by="rival", lacks=("<org>", "<owner_id>")),
    Ask(WHO, {200}, by="pending", tells={"organizations": []}),
    Ask(WHO, {200}, by="outsider", tells={"organizations": []}),
    Ask(f"{WHO}?user_id=<owner_id>", {200}, by="member", lacks=("<owner_id>",)),
)
ASKED: tuple[Step, ...] = (
    *(
        Ask(CHECK, {200}, _check(organization_id=org), by=by, twin=f"{by} asks", tells=no)
        for by, no in (
            ("outsider", {"allowed": False, "reason": STRANGE}),
            ("pending", {"allowed": False}),
        )
        for org in ("<org>", "<rival_org>", "<random>")
    ),
    *(
        Ask(
            CHECK,
            {200},
            _check(organization_id=org),
            by="owner",
            twin="foreign",
            tells={"reason": STRANGE},
        )
        for org in ("<rival_org>", "<random>")
    ),
    *(
        Ask(
            CHECK, {200}, _check(space_id=space), by="owner", twin="space", tells={"allowed": False}
        )
        for space in ("<rival_space>", "<random>")
    ),
    # Nobody asks as somebody else.
    *(
        Ask(CHECK, {200}, _check(**{name: "<owner_id>"}), by="member", tells={"allowed": False})
        for name in ("user_id", "user", "principal", "on_behalf_of", "sub", "member_id")
    ),
    *(Ask(CHECK, {400}, _check(organization_id=odd), by="owner") for odd in ODD_IDS),
    *(Ask(CHECK, {400}, _check(space_id=odd), by="owner") for odd in ODD_IDS if odd is not None),
    *(Ask(CHECK, {400}, _check(permission=odd), by="owner") for odd in ODD_CODES),
)
TAKEN_AWAY: tuple[Step, ...] = (
    *join("guest"),
    Ask(
        "PUT /organizations/<org>/members/<guest_id>/roles",
        {200},
        {"role_ids": ["<owner_role>"]},
        by="owner",
    ),
    Ask(CHECK, {200}, _check(), by="guest", tells={"allowed": True}),
    Ask("PUT /organizations/<org>/members/<guest_id>/roles", {200}, {"role_ids": []}, by="owner"),
    Ask(CHECK, {200}, _check(), by="guest", tells={"allowed": False}),
    Ask(WHO, {200}, by="guest", lacks=("<owner_role>", "org.manage")),
    Ask("DELETE /organizations/<org>/members/<guest_id>", {204}, by="owner"),
    Ask(CHECK, {200}, _check(), by="guest", tells={"reason": STRANGE}),
    Sql("UPDATE accounts_user SET is_active = false WHERE id = '<guest_id_hex>'"),
    *(Ask(call, {401}, {} if call == CHECK else None, by="guest") for call in (WHO, CHECK)),
    *dead("guest"),
)

ROWS = [
    Row("W01", "who calls is told of themselves alone", TOLD),
    Row("W02", "what one may do, asked for others and elsewhere", ASKED),
    Row("W03", "what was taken away is told as such at once", TAKEN_AWAY, writes=True),
]
