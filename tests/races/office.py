"""An organization to work in."""

from tests.factories import PASSWORD
from tests.races.client import Answer, Client


class Office:
    """The instance's organization, seen by its first owner."""

    def __init__(self, client: Client) -> None:
        self.client = client
        self.token = client.register("owner@example.com").access_token
        self.home = f"organizations/{self.get('organizations')['organizations'][0]['id']}"

    def get(self, path: str) -> dict[str, list[dict[str, str]]]:
        return self.client.call("GET", path, self.token).body

    def post(self, path: str, body: object = None) -> Answer:
        return self.client.call("POST", f"{self.home}/{path}", self.token, body)

    def join(self, email: str) -> Answer:
        """An account that is a member, by an invite."""
        token = self.post("invites").body["token"]
        body = {"email": email, "password": PASSWORD, "invite_token": token}
        return self.client.call("POST", "auth/register", body=body)
