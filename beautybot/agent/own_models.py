"""
Which language model a salon's turns ask: that of its own account, or the installation's.

A salon with an account of its own never runs on another's: where its own fails,
the rules answer.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace

from beautybot.businesses import model_accounts
from beautybot.businesses.model_accounts import ModelAccount
from beautybot.kit import clock, log
from beautybot.kit.crypto import CannotDecrypt, Keyring
from beautybot.kit.db import Database
from beautybot.llm import registry
from beautybot.llm.base import LLM
from beautybot.settings import Settings

logger = log.get(__name__)
LOOK_AGAIN_S = 30.0


@dataclass(frozen=True, slots=True)
class _Known:
    """What was found for a salon, and when; `llm` None and no account: the installation's."""

    at: float
    account: ModelAccount | None
    llm: LLM | None


@dataclass(slots=True)
class OwnModels:
    """Finds each salon's model, and remembers it for half a minute."""

    shared: LLM | None
    db: Database
    keyring: Keyring
    settings: Settings
    seconds: Callable[[], float] = clock.monotonic
    _known: dict[int, _Known] = field(default_factory=dict)
    _built: dict[ModelAccount, LLM] = field(default_factory=dict)

    async def of(self, business_id: int) -> LLM | None:
        """The model for a turn of this salon; None: the rules alone."""
        known = self._known.get(business_id)
        if known is None or self.seconds() - known.at > LOOK_AGAIN_S:
            known = await self._look(business_id)
            self._known[business_id] = known
        return known.llm

    async def aclose(self) -> None:
        """Give back the connections of the salons' own models; the shared one is not ours."""
        for llm in self._built.values():
            await llm.close()
        self._built.clear()
        self._known.clear()

    async def _look(self, business_id: int) -> _Known:
        try:
            account = await self.db.read(model_accounts.of_business, self.keyring, business_id)
        except CannotDecrypt as error:
            logger.warning("a salon's own model cannot be used", salon=business_id, why=str(error))
            return _Known(self.seconds(), None, None)
        if account is None:
            return _Known(self.seconds(), None, self.shared)
        return _Known(self.seconds(), account, self._of_account(account))

    def _of_account(self, account: ModelAccount) -> LLM:
        """
        One model for all salons of one account: its streams and its queue are the account's.

        A replaced one stays open until the end, because it may be answering just now.
        """
        same = replace(account, business_id=0)
        if same not in self._built:
            shared = None if self.settings.on_sqlite else self.db
            self._built[same] = registry.own(self.settings, account, shared)
        return self._built[same]
