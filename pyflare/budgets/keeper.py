"""Holds the calls of a process to its budgets: asks the ledger before a call, and charges it afterwards.

A call is charged without waiting for anybody: the charge is put into a queue, and
whoever gets the lock first writes all that is in it. Only a call that a budget
may stop takes the lock before it is made, for the moment of looking and reserving.
"""

from __future__ import annotations

import logging
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from hashlib import blake2b
from pathlib import Path
from threading import get_ident
from typing import Any, Final, NamedTuple

from pyflare.budgets.alerts import BudgetAlert, alert, claim, moment, sweep
from pyflare.budgets.budget import Budget
from pyflare.budgets.definitions import define
from pyflare.budgets.ledger import Ledger
from pyflare.budgets.segment import Entry
from pyflare.budgets.sums import Spent
from pyflare.budgets.used import Used, guessed, has_usage, used
from pyflare.budgets.windows import Window
from pyflare.errors import BudgetExceededError, ConfigError
from pyflare.pricing import Prices

_PATIENCE_S: Final = 30.0
"""How long a call waits at most for other threads to look at the ledger; then it is let through. A look takes
microseconds: only a machine that is at its end, or a signal handler within the look itself, makes a call wait."""
_REMEMBERED: Final = 10_000
_logger: Final = logging.getLogger("pyflare")


class Account(NamedTuple):
    """Whose part of which budget a call counts in."""

    budget: Budget
    window: Window
    id: int
    key: str


class Permit:
    """One call: which accounts it counts in, and what it has reserved of them."""

    __slots__ = ("_keeper", "_ledger", "accounts", "asked", "columns", "most", "reserved", "start_ns")

    def __init__(self, keeper: Keeper, accounts: list[Account], columns: Mapping[str, Any], start_ns: int) -> None:
        self._keeper = keeper
        self._ledger = keeper.ledger
        self.accounts = accounts
        self.columns = columns
        self.start_ns = start_ns
        self.reserved: dict[int, int] = {}
        self.asked: object = None
        self.most: object = None

    def admit(self) -> None:
        """Let the call be made, or not.

        Raises:
            BudgetExceededError: A budget that stops calls is used up.
        """
        if self._ledger is self._keeper.ledger:
            self._keeper.admit(self)
        self.asked = None  # it may be large, and is not needed any more

    def hand_over(self) -> None:
        """Give back what is reserved: a span below reserves for the same call."""
        reserved, self.reserved = self.reserved, {}
        if reserved and self._ledger is self._keeper.ledger:
            self._keeper.give_back(self.accounts, reserved)

    def settle(self, columns: Mapping[str, Any], *, failed: bool, counted: bool) -> bool:
        """The call is over: charge what it used. Only the first time counts.

        Args:
            columns: The span's.
            failed: Whether it was left by an exception: where it says no usage it cost nothing.
            counted: Whether a span below it has been charged for the same usage.

        Returns:
            Whether it was charged.
        """
        accounts, self.accounts = self.accounts, []
        if not accounts or self._ledger is not self._keeper.ledger:  # begun before a fork: it is the parent's
            return False
        return self._keeper.settle(self, accounts, {**self.columns, **columns}, failed=failed, counted=counted)


class Keeper:
    """The budgets of one process. Safe for threads."""

    def __init__(self, root: Path, budgets: Iterable[Budget], *, fault: Callable[[str, BaseException], None]) -> None:
        """Begin to keep budgets; nothing is written before the first call.

        Args:
            root: The folder.
            budgets: What to hold calls to.
            fault: Told of what goes wrong in here, or in a callback.
        """
        self._root = root
        self._fault = fault
        self._budgets = [(budget, budget.windows, budget.id) for budget in budgets]
        self._undefined = [budget for budget, _, _ in self._budgets]
        self.reads_attributes = any("." in word for budget, _, _ in self._budgets for word in _words(budget))
        self._prices: Prices | None = None
        self._loaded = False
        self._said: set[object] = set()
        self._begin()

    def _begin(self) -> None:
        self.ledger = Ledger(self._root)
        self._lock = threading.Lock()
        self._pending: deque[tuple[Account, Entry]] = deque(
            maxlen=_REMEMBERED
        )  # grows where the folder is not writable
        self._begun = False
        self._looks = 0
        """The thread that is looking at the ledger."""

    def after_fork(self) -> None:
        """In the child: a ledger of its own. Calls under way are the parent's."""
        before = self.ledger
        self._begin()
        before.close()

    def add(self, budget: Budget) -> None:
        """Keep one more budget, in place of one with the same name."""
        kept = [row for row in self._budgets if row[0].name != budget.name]
        self._budgets = [*kept, (budget, budget.windows, budget.id)]
        self._undefined = [*self._undefined, budget]
        self._begun = False
        self.reads_attributes = self.reads_attributes or any("." in word for word in _words(budget))

    @property
    def budgets(self) -> list[Budget]:
        """What calls are held to."""
        return [budget for budget, _, _ in self._budgets]

    def permit(self, columns: Mapping[str, Any], *, start_ns: int) -> Permit | None:
        """What a call with these columns counts in; None where no budget is for it."""
        accounts = []
        for budget, window, id in self._budgets:
            key = budget.key(columns)
            if key is not None:
                accounts.append(Account(budget, window, id, key))
        return Permit(self, accounts, columns, start_ns) if accounts else None

    # -- before a call ---------------------------------------------------------------------------

    def admit(self, permit: Permit) -> None:
        """See `Permit.admit`."""
        stopping = [account for account in permit.accounts if account.budget.stops]
        if not stopping:
            return
        if any(account.budget.unit == "usd" for account in stopping):
            self._load_prices(permit)
        if self._looks == get_ident() or not self._lock.acquire(timeout=_PATIENCE_S):
            self._advise("PyFlare let a call through without looking at its budgets: the ledger was busy.")
            return
        self._looks = get_ident()
        try:
            self._prepare()
            self._write_pending()
            self.ledger.refresh()
            now_s = time.time()
            spent = [self._open(account, now_s) for account in stopping]  # all of them, before anything is reserved
            for account, so_far in zip(stopping, spent, strict=True):
                self._reserve(permit, account, so_far, now_s)
        finally:
            self._looks = 0
            self._lock.release()
        self._drain()

    def _load_prices(self, permit: Permit) -> None:
        """Read the prices before the ledger is looked at: the first time that takes long."""
        if not self._loaded:
            guessed(self.prices, permit.columns, "", 1, at_ns=permit.start_ns)
            self._loaded = True

    def _open(self, account: Account, now_s: float) -> Spent:
        """What has been spent of an account that is not used up."""
        spent = self.ledger.spent((account.id, account.key), account.window.start(now_s))
        limit = account.budget.limit
        if spent.amount >= limit:
            opens = account.window.opens(self.ledger.by_bucket((account.id, account.key)), limit, now_s)
            raise _exceeded(account, spent.amount, 0, now_s, opens)
        if spent.amount + self.ledger.reserved((account.id, account.key)) >= limit:
            reserved = self.ledger.reserved((account.id, account.key), only_living=True)
            if spent.amount + reserved >= limit:
                raise _exceeded(account, spent.amount, reserved, now_s, None)
        return spent

    def _reserve(self, permit: Permit, account: Account, spent: Spent, now_s: float) -> None:
        amount = spent.dearest or self._guess(permit, account)
        if amount:
            permit.reserved[account.id] = amount
            self.ledger.append(self._entry(account, now_s, reserved=amount))

    def _guess(self, permit: Permit, account: Account) -> int:
        guess = guessed(self.prices, permit.columns, permit.asked, permit.most, at_ns=permit.start_ns)
        return guess.amount(account.budget.unit) or 0

    # -- after a call ----------------------------------------------------------------------------

    def settle(
        self, permit: Permit, accounts: list[Account], columns: Mapping[str, Any], *, failed: bool, counted: bool
    ) -> bool:
        """See `Permit.settle`."""
        says = has_usage(columns)
        charged = not counted and (says or not failed)
        found = used(self.prices, columns, at_ns=permit.start_ns) if says else Used(micros=None, tokens=0)
        for account in accounts:
            amount = found.amount(account.budget.unit) if charged else 0
            if amount is None:
                self._say_unpriced(account.budget, columns, says=says)
            entry = self._entry(
                account,
                permit.start_ns / 1e9,
                reserved=-permit.reserved.get(account.id, 0),
                amount=amount or 0,
                calls=int(charged),
                unpriced=int(amount is None),
            )
            self._pending.append((account, entry))
        self._drain()
        return charged

    def give_back(self, accounts: Iterable[Account], reserved: Mapping[int, int]) -> None:
        """See `Permit.hand_over`."""
        for account in accounts:
            if account.id in reserved:
                self._pending.append((account, self._entry(account, time.time(), reserved=-reserved[account.id])))
        self._drain()

    def _drain(self) -> None:
        """Write what is in the queue. Where another thread is at it, it writes ours too."""
        while self._pending and self._lock.acquire(blocking=False):
            self._looks = get_ident()
            try:
                self._prepare()
                alerts = self._due(self._write_pending())
            finally:
                self._looks = 0
                self._lock.release()
            for each in alerts:
                self._tell(each)

    def _write_pending(self) -> list[Account]:
        written = {}
        while self._pending:
            account, entry = self._pending.popleft()
            self.ledger.append(entry)
            written[account.id, account.key] = account
        return list(written.values())

    def _prepare(self) -> None:
        """Once, before the first look: write the budgets down, and fold what others have left."""
        if self._begun:
            return
        self._begun = True
        while self._undefined:
            define(self.ledger.folder, self._undefined.pop())
        self.ledger.refresh()
        self.ledger.fold()
        sweep(self.ledger.folder)

    @staticmethod
    def _entry(account: Account, at_s: float, **amounts: int) -> Entry:
        bucket = account.window.bucket(at_s)
        return Entry(account.id, account.key, bucket, account.window.end(bucket), **amounts)

    @property
    def prices(self) -> Prices:
        """The price book, read when a price is first needed."""
        if self._prices is None:
            try:
                self._prices = Prices.load(self._root)
            except ConfigError as error:  # by the published prices alone calls might get a wrong one
                self._prices = Prices(published=False)
                self._advise(f"PyFlare knows no prices for its budgets: {error}")
        return self._prices

    # -- what is said ----------------------------------------------------------------------------

    def _due(self, accounts: Iterable[Account]) -> list[BudgetAlert]:
        """The alerts that this process is the first to give."""
        self.ledger.refresh()
        now_s = time.time()
        found: list[BudgetAlert] = []
        for account in accounts:
            budget, window = account.budget, account.window
            spent = self.ledger.spent((account.id, account.key), window.start(now_s))
            levels = [level for level in (*budget.warn_at, 1.0) if spent.amount >= level * budget.limit]
            first = [level for level in dict.fromkeys(levels) if self._is_first(account, level, now_s)]
            if first:  # of several at once, the highest says it all
                found.append(alert(budget, account.key, first[-1], spent, now_s=now_s))
        return found

    def _is_first(self, account: Account, level: float, now_s: float) -> bool:
        expires = account.window.turn(now_s)
        whose = blake2b(account.key.encode("utf-8", "replace"), digest_size=8).hexdigest()
        name = f"{account.id:016x}-{whose}-{round(level * 1000):04d}"
        return self._once((expires, name)) and claim(self.ledger.folder, name, expires=expires)

    def _once(self, what: object) -> bool:
        if what in self._said:
            return False
        if len(self._said) >= _REMEMBERED:
            self._said.clear()
        self._said.add(what)
        return True

    def _tell(self, said: BudgetAlert) -> None:
        budget = said.budget
        heard = budget.on_exceeded if said.level == 1.0 and callable(budget.on_exceeded) else budget.on_alert
        try:
            if heard is not None:
                heard(said)
            else:
                _logger.warning("%s", said)
        except Exception as error:
            self._fault(f'call back for the budget "{budget.name}"', error)

    def _say_unpriced(self, budget: Budget, columns: Mapping[str, Any], *, says: bool) -> None:
        model = columns.get("model_version") or columns.get("model_id")
        why, hint = (
            (f"knows no price of the model {model!r}", "give it a price (pyflare.toml, [[pyflare.prices]])")
            if says
            else (f"was not told how many tokens a call of {model!r} used", "ask for usage where calls are streamed")
        )
        self._advise(
            f'PyFlare {why}: such calls do not count in the budget "{budget.name}", which is in dollars. '
            f"Hint: {hint}, or limit calls."
        )

    def _advise(self, advice: str) -> None:
        if self._once(advice):
            _logger.warning("%s", advice)

    def close(self) -> None:
        """Let go of the files."""
        with self._lock:
            self.ledger.close()


def _words(budget: Budget) -> list[str]:
    return [*budget.by, *budget.match]


def _exceeded(account: Account, spent: int, reserved: int, now_s: float, opens: int | None) -> BudgetExceededError:
    budget = account.budget
    whose = f" of {'/'.join(budget.by)} {account.key!r}" if budget.by else ""
    state = f"{budget.said(spent)} of {budget.said(budget.limit)}"
    if opens is None:
        rest = f"{state} is spent, and calls under way may use {budget.said(reserved)}. Try again when they have ended."
    else:
        since = moment(account.window.start(now_s))
        rest = (
            f"{state} is spent since {since:%Y-%m-%d %H:%M} UTC. "
            f"Calls are let through again from {moment(opens):%Y-%m-%d %H:%M} UTC on."
        )
    return BudgetExceededError(
        f'The budget "{budget.name}"{whose} is used up: {rest}',
        budget=budget.name,
        key=account.key,
        limit=budget.limit,
        spent=spent,
        opens_at=None if opens is None else moment(opens),
    )
