"""Chapters about the team: roles, and somebody who is invited."""

from tests.demo.http import Answer, StepFailed
from tests.demo.story import Person, Story


def roles(story: Story) -> None:
    story.chapter(
        "A role",
        "Roles are sets of permissions that an organization names itself. Olivia makes one for"
        " reading and gives it to Ben; it counts at once, with the token that he has.",
    )
    olivia, ben = story.olivia.access_token, story.ben
    home = f"/organizations/{story.organization_id}"
    reader = {"name": "Reader", "permissions": ["board.read"]}
    created = story.call("POST", f"{home}/roles", reader, token=olivia)
    story.holds("the role is there", (201, reader), (created.status, _role(created, *reader)))
    members = story.call("GET", f"{home}/members", token=olivia)
    ben_id = next(row["user_id"] for row in members["members"] if row["email"] == ben.email)
    role_ids = {"role_ids": [created["role"]["id"]]}
    given = story.call("PUT", f"{home}/members/{ben_id}/roles", role_ids, token=olivia)
    story.expect("Ben holds it", given, 200, ok=True)
    spaces = story.call("GET", story.spaces, token=ben.access_token)
    story.holds("and looks inside", ["Launch"], [space["name"] for space in spaces["spaces"]])
    refused = story.call("POST", story.spaces, {"name": "Mine"}, token=ben.access_token)
    story.expect("but creates nothing", refused, 403, error="forbidden")


def invite(story: Story) -> None:
    story.chapter(
        "An invite",
        "Sign-ups are closed, but an invite opens the door once, for the address that it names.",
    )
    home, olivia = f"/organizations/{story.organization_id}", story.olivia.access_token
    mia = Person("Mia", "mia@maker.example")
    invited = story.call("POST", f"{home}/invites", {"email": mia.email}, token=olivia)
    story.holds("Olivia invites Mia", 201, invited.status)
    story.show_mail(mia, "You are invited to Acme")
    token = invited["token"]
    other = Person("Eve", "eve@elsewhere.example")
    wrong = story.call("POST", "/auth/register", {**other.credentials, "invite_token": token})
    story.expect("it is worth nothing to Eve", wrong, 403, error="invite not for this user")
    joined = story.call("POST", "/auth/register", {**mia.credentials, "invite_token": token})
    if joined.status != 201:
        raise StepFailed("Mia joins", 201, joined.status)
    story.holds("Mia joins, and waits for nobody", False, "signup_pending" in joined.body)
    again = Person("Max", mia.email.replace("mia", "max"))
    spent = story.call("POST", "/auth/register", {**again.credentials, "invite_token": token})
    story.expect("and nobody joins with it again", spent, 404, error="invite not found")


def _role(answer: Answer, *names: str) -> dict[str, object]:
    return {name: answer["role"][name] for name in names}
