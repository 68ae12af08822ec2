"""The control of `apply_service_accounts`: what is missing is looked up, then made, each account by
itself; what is there is set to what the file says. `tests.races.forked` runs it with FILE DIR."""

import sys
import tomllib
from pathlib import Path

from accounts.actor import Actor, Door
from accounts.origin import Origin
from organizations.models import Organization
from service_accounts.models import ServiceAccount
from service_accounts.services.account import (
    change_service_account,
    create_service_account,
)

NOBODY = Actor(Door.COMMAND, Origin(None, ""))


def main(file: Path, folder: Path) -> None:
    for entry in tomllib.loads(file.read_text())["accounts"]:
        name = entry["name"]
        organization = Organization.objects.get()
        account = ServiceAccount.objects.filter(name_key=name.casefold()).first()
        if account is not None:
            changed = {"cursor_default_ref": entry["cursor_default_ref"]}
            change_service_account(account=account, changed=changed, by=NOBODY)
            continue
        issued = create_service_account(
            organization=organization, name=name, roles=[], created_by=None, by=NOBODY
        )
        (folder / f"{name}.token").write_text(issued.raw)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
