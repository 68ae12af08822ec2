"""An organization to work in."""

from typing import Any

from tests.factories import PASSWORD
from tests.races.client import Answer, Client


class Office:
    """The instance's organization, seen by an owner: its first one, or whoever has the token."""

    def __init__(self, client: Client, token: str = "", owner_role: str = "") -> None:
        self.client = client
        self.token = token or client.register("owner@example.com").access_token
        self.user_id = str(client.me(self.token).body["id"])
        self.home = f"organizations/{self.get('organizations')['organizations'][0]['id']}"
        self.owner_role = owner_role or self.get(f"{self.home}/roles")["roles"][0]["id"]

    def get(self, path: str) -> dict[str, list[dict[str, Any]]]:
        return self.call("GET", path).body

    def post(self, path: str, body: object = None) -> Answer:
        return self.call("POST", f"{self.home}/{path}", body)

    def call(self, method: str, path: str, body: object = None) -> Answer:
        return self.client.call(method, path, self.token, body)

    def make_space(self, name: str) -> str:
        """The path of a new one."""
        made = self.post("spaces", {"name": name}).body
        return f"{self.home}/spaces/{made['id']}"

    def appoint(self, email: str) -> "Office":
        """A further owner."""
        token = self.post("invites").body["token"]
        body = {"email": email, "password": PASSWORD, "invite_token": token}
        joined = self.client.call("POST", "auth/register", body=body)
        other = Office(self.client, joined.access_token, self.owner_role)
        self.set_owner(other, True)
        return other

    def set_owner(self, other: "Office", is_owner: bool) -> Answer:
        """Give somebody the role Owner, or take all roles away."""
        role_ids = [self.owner_role] if is_owner else []
        path = f"{self.home}/members/{other.user_id}/roles"
        return self.client.call("PUT", path, self.token, {"role_ids": role_ids})

    def count_owners(self) -> int:
        members = self.get(f"{self.home}/members")["members"]
        return sum(member["role"] == "admin" for member in members)
