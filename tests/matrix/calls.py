"""Every call of the API and whom it lets through, written down by hand from the contract.

After the path comes who may call:

    public          whoever asks; an `Authorization` header is not even looked at
    anybody         every valid credential
    people          every valid credential but that of a service account
    active people   the same, without those who await approval
    member          every member of the organization
    <permission>    a member who holds this permission
    … people        and no service account, whatever its roles

What stands in braces is an id: of an organization, or of something in it.
"""

from typing import NamedTuple

TABLE = """
POST   /auth/register                                            public
POST   /auth/login                                               public
POST   /auth/refresh                                             public
POST   /auth/logout                                              public
POST   /auth/logout-all                                          people
POST   /auth/password/forgot                                     public
POST   /auth/password/reset                                      public
GET    /auth/whoami                                              anybody
POST   /auth/check                                               anybody
GET    /public/instance                                          public

GET    /me                                                       anybody
PATCH  /me                                                       anybody
POST   /me/password                                              people
GET    /me/sessions                                              people
DELETE /me/sessions/{session}                                    people
POST   /invites/{token}/accept                                   people

GET    /organizations                                            anybody
POST   /organizations                                            active people
GET    /organizations/{org}                                      member
PATCH  /organizations/{org}                                      org.manage
GET    /organizations/{org}/features                             member
PATCH  /organizations/{org}/features                             org.manage
GET    /organizations/{org}/me/permissions                       member

GET    /organizations/{org}/members                              member
DELETE /organizations/{org}/members/{user}                       org.members.manage
GET    /organizations/{org}/members/{user}/roles                 org.members.manage
PUT    /organizations/{org}/members/{user}/roles                 org.members.manage people
GET    /organizations/{org}/roles                                org.members.manage
POST   /organizations/{org}/roles                                org.members.manage people
PATCH  /organizations/{org}/roles/{role}                         org.members.manage people
DELETE /organizations/{org}/roles/{role}                         org.members.manage people
GET    /organizations/{org}/invites                              org.members.manage
POST   /organizations/{org}/invites                              org.members.manage people
DELETE /organizations/{org}/invites/{invite}                     org.members.manage people
GET    /organizations/{org}/signup-requests                      org.members.manage
POST   /organizations/{org}/signup-requests/{request}/approve    org.members.manage
POST   /organizations/{org}/signup-requests/{request}/deny       org.members.manage
POST   /organizations/{org}/signup-requests/{request}/reopen     org.members.manage

GET    /organizations/{org}/spaces                               board.read
POST   /organizations/{org}/spaces                               space.create
GET    /organizations/{org}/spaces/access-summary                board.read
GET    /organizations/{org}/spaces/{space}                       member
PATCH  /organizations/{org}/spaces/{space}                       space.members.manage
DELETE /organizations/{org}/spaces/{space}                       space.delete
GET    /organizations/{org}/spaces/{space}/access                space.members.manage
PUT    /organizations/{org}/spaces/{space}/access                space.members.manage
GET    /organizations/{org}/spaces/{space}/accessible-members    member

GET    /organizations/{org}/service-accounts                     org.members.manage people
POST   /organizations/{org}/service-accounts                     org.members.manage people
GET    /organizations/{org}/service-accounts/{account}           org.members.manage people
PATCH  /organizations/{org}/service-accounts/{account}           org.members.manage people
DELETE /organizations/{org}/service-accounts/{account}           org.members.manage people
GET    /organizations/{org}/service-accounts/{account}/tokens    org.members.manage people
POST   /organizations/{org}/service-accounts/{account}/tokens    org.members.manage people
DELETE /organizations/{org}/service-accounts/{account}/tokens/{sa_token}         org.members.manage people
POST   /organizations/{org}/service-accounts/{account}/tokens/{sa_token}/rotate  org.members.manage people
"""  # noqa: E501  (a table)

# Where an empty object would do something, a body that is refused.
BODIES = {
    "PATCH /me": '{"display_name": 5}',
    "POST /organizations/{org}/invites": '{"email": "nobody"}',
}


class Call(NamedTuple):
    """One row: the permission is empty where membership (or less) is enough."""

    method: str
    path: str
    who: str

    @property
    def name(self) -> str:
        return f"{self.method} {self.path}"

    @property
    def body(self) -> str:
        return "" if self.method in {"GET", "DELETE"} else BODIES.get(self.name, "{}")

    @property
    def is_for_people(self) -> bool:
        return self.who.endswith("people")

    @property
    def permission(self) -> str:
        needed = self.who.removesuffix(" people")
        return needed if "." in needed else ""


CALLS = [Call(*line.split(maxsplit=2)) for line in TABLE.splitlines() if line]
