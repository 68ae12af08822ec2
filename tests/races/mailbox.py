"""The mails that a server sent."""

from dataclasses import dataclass
from pathlib import Path

END_OF_MAIL = f"\n{79 * '-'}\n"


@dataclass(frozen=True)
class Mailbox:
    """The folder that a server writes its mails into, if it is told so by `EMAIL_URL`."""

    folder: Path

    @property
    def url(self) -> str:
        return f"file://{self.folder}"

    def mails(self, to: str = "") -> list[str]:
        """The text of all mails, or of those to one address."""
        texts = [file.read_text() for file in sorted(self.folder.iterdir())]
        mails = [mail for text in texts for mail in text.split(END_OF_MAIL)[:-1]]
        return [mail for mail in mails if f"\nTo: {to}" in mail]
