"""Rules of service accounts and their tokens."""

import datetime as dt

from django.utils import timezone
from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from accounts.tokens import digest
from service_accounts.models import ServiceAccountToken
from tests.conftest import Answer
from tests.properties.model import Bot, Token
from tests.properties.team import SOME_ROLES, Team
from tests.properties.world import MANAGE, PICK, WHO, Refusal, ids_of, pick

NOT_FOUND = (404, "service_account_not_found")
TOO_MANY = (409, "too_many_tokens")


class Bots(Team):
    """What those who manage members do with service accounts, and others try."""

    @rule(who=WHO, name=st.sampled_from(["Bot", "bot", "Robot"]), indices=SOME_ROLES)
    def create_a_bot(self, who: int, name: str, indices: list[int]) -> None:
        by, roles = self.caller(who), self.some_roles(indices)
        refused = self.gate(by, MANAGE, people=True) or self.grant(by, roles)
        if refused is None and any(role.is_owner for role in roles):
            refused = (400, "service_accounts_cannot_be_owners")
        names = [bot.name for bot in self.model.present_bots]
        if refused is None and self.model.is_taken(name, names):
            refused = (409, "service_account_name_taken")
        body = {"name": name, "role_ids": ids_of(roles)}
        answer = self.send("POST", self.org("/service-accounts"), by, body)
        events = () if refused else ("service_account.created", "token.issued")
        if self.is_done(answer, 201, refused, *events):
            account = answer.json()["service_account"]
            bot = Bot(account["user_id"], True, True, set(roles), account["id"], name)
            raw = answer.json()["token"]
            first = ServiceAccountToken.objects.get(digest=digest(raw))
            bot.tokens.append(Token(raw, bot, str(first.pk)))
            self.model.bots.append(bot)

    @precondition(lambda self: self.model.bots)
    @rule(who=WHO, index=PICK, is_enabled=st.booleans())
    def switch_a_bot(self, who: int, index: int, is_enabled: bool) -> None:
        by, bot = self.caller(who), pick(self.model.bots, index)
        refused = self.gate(by, MANAGE, people=True) or _absence(bot)
        path = self.org(f"/service-accounts/{bot.id}")
        answer = self.send("PATCH", path, by, {"is_active": is_enabled})
        is_changed = refused is None and is_enabled != bot.is_enabled
        if self.is_done(answer, 200, refused, *["service_account.changed"] * is_changed):
            bot.is_enabled = is_enabled

    @precondition(lambda self: self.model.bots)
    @rule(who=WHO, index=PICK)
    def delete_a_bot(self, who: int, index: int) -> None:
        by, bot = self.caller(who), pick(self.model.bots, index)
        refused = self.gate(by, MANAGE, people=True) or _absence(bot)
        answer = self.send("DELETE", self.org(f"/service-accounts/{bot.id}"), by)
        events = () if refused else ("service_account.deleted",)
        if self.is_done(answer, 204, refused, *events):
            bot.is_deleted = True
            bot.leave()

    @precondition(lambda self: self.model.bots)
    @rule(who=WHO, index=PICK)
    def issue_a_token(self, who: int, index: int) -> None:
        by, bot = self.caller(who), pick(self.model.bots, index)
        refused = self.gate(by, MANAGE, people=True) or _absence(bot)
        refused = refused or self.grant(by, bot.roles) or (TOO_MANY if bot.is_full else None)
        answer = self.send("POST", self.org(f"/service-accounts/{bot.id}/tokens"), by)
        if self.is_done(answer, 201, refused, *(() if refused else ("token.issued",))):
            self._add_token(bot, answer)

    @precondition(lambda self: self.tokens)
    @rule(who=WHO, index=PICK, overlap=st.sampled_from([0, 3600]))
    def rotate_a_token(self, who: int, index: int, overlap: int) -> None:
        by, token = self.caller(who), pick(self.tokens, index)
        bot = token.holder
        refused: Refusal | None = self.gate(by, MANAGE, people=True) or _absence(bot)
        refused = refused or self.grant(by, bot.roles)
        if refused is None and not token.is_usable:
            refused = (409, "token_not_active")
        if refused is None and token.is_replaced:
            refused = (409, "token_replaced")
        if refused is None and overlap and bot.is_full:
            refused = TOO_MANY
        body = {"overlap_seconds": overlap}
        answer = self.send("POST", self._path_of(token) + "/rotate", by, body)
        if self.is_done(answer, 201, refused, *(() if refused else ("token.rotated",))):
            token.is_replaced = True
            token.is_revoked |= overlap == 0
            self._add_token(bot, answer)

    @precondition(lambda self: self.tokens)
    @rule(who=WHO, index=PICK)
    def revoke_a_token(self, who: int, index: int) -> None:
        by, token = self.caller(who), pick(self.tokens, index)
        refused = self.gate(by, MANAGE, people=True) or _absence(token.holder)
        is_changed = refused is None and not token.is_revoked
        answer = self.send("DELETE", self._path_of(token), by)
        if self.is_done(answer, 204, refused, *["token.revoked"] * is_changed):
            token.is_revoked = True

    @precondition(lambda self: self.tokens)
    @rule(index=PICK)
    def a_token_expires(self, index: int) -> None:
        token = pick(self.tokens, index)
        past = timezone.now() - dt.timedelta(seconds=1)
        ServiceAccountToken.objects.filter(pk=token.id).update(expires_at=past)
        token.is_expired = True

    @property
    def tokens(self) -> list[Token]:
        return [token for bot in self.model.bots for token in bot.tokens]

    def _path_of(self, token: Token) -> str:
        return self.org(f"/service-accounts/{token.holder.id}/tokens/{token.id}")

    def _add_token(self, bot: Bot, answer: Answer) -> None:
        told = answer.json()
        bot.tokens.append(Token(told["token"], bot, told["token_info"]["id"]))


def _absence(bot: Bot) -> Refusal | None:
    return NOT_FOUND if bot.is_deleted else None
