"""Where spans and budgets meet: what a call is asked for and charged with. Only called where there are budgets."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from pyflare.budgets import Budget, Keeper
from pyflare.budgets.used import columns_of, has_usage
from pyflare.config.files import read_settings_file
from pyflare.errors import BudgetExceededError
from pyflare.tracing import state
from pyflare.tracing.context import SPAN_KEY, get_current
from pyflare.tracing.guard import guard
from pyflare.tracing.unsampled import NO_SPAN, UnsampledSpan

if TYPE_CHECKING:
    from pyflare.tracing.runtime import Runtime
    from pyflare.tracing.span import Span

_STATUS_ERROR: Final = 2
_MOST_ABOVE: Final = 10_000


def declared(given: Iterable[Budget | Mapping[str, Any]] | None) -> list[Budget]:
    """The budgets of the working directory's settings file, and those given to `pyflare.init`, which come first.

    Raises:
        ConfigError: One of them cannot be used.
    """
    written = read_settings_file(Path())[1].get("budgets", [])
    found = [Budget.of(value) for value in (*(given or ()), *written)]
    return list({budget.name: budget for budget in reversed(found)}.values())


def budget(name: str, **fields: Any) -> Budget:
    """Hold the calls of this process to one more budget, in place of one of the same name.

    It is shared with all processes that use the folder and have the same budget. To have
    it from the first call on, give it to `pyflare.init(budgets=[…])` or write it into
    pyflare.toml.

    Args:
        name: The budget's name.
        **fields: See `pyflare.Budget`.

    Raises:
        ConfigError: A value cannot be used.
    """
    made = Budget.of({"name": name, **fields})
    runtime = state.runtime
    if runtime is None:
        guard.advise(f'The budget "{name}" has no effect: call pyflare.init first.')
    elif runtime.budgets is None:
        runtime.budgets = Charges(runtime, [made])
    else:
        runtime.budgets.keeper.add(made)
    return made


class Charges:
    """The budgets of a runtime, and which spans have been charged below others."""

    def __init__(self, runtime: Runtime, budgets: Iterable[Budget]) -> None:
        self.keeper: Final = Keeper(runtime.root, budgets, fault=guard.fault)
        self._runtime = runtime
        self._above: OrderedDict[bytes, None] = OrderedDict()

    def ask(
        self, span: Span | UnsampledSpan, *, model: str | None, provider: str | None, asked: Any, most: Any
    ) -> None:
        """Give a span that is about to call a model the permit that it is to be admitted by. Never raises."""
        if span is NO_SPAN:
            return
        try:
            above = getattr(get_current().get(SPAN_KEY), "permit", None)
            if above is not None:  # a framework's span of the same call: it is charged once, and reserved once
                above.hand_over()
            columns = self._columns(span.scope, {"model_id": model, "provider": provider}, self._attributes(span))
            start_ns = span.start_unix_ns
            span.permit = permit = self.keeper.permit(columns, start_ns=start_ns)
            if permit is not None:
                permit.asked, permit.most = asked, most
        except Exception as error:
            guard.fault("look at the budgets", error)

    def charge(self, span: Span) -> None:
        """Charge an ended span, unless one below it has been charged already. Never raises."""
        try:
            counted = self._above.pop(span.raw_span_id, self) is None
            attributes = span.details.attributes
            fields = {**columns_of(attributes), **(span.fields or {})}
            permit = span.permit
            says = has_usage(fields)
            if permit is None and says:
                known = self._columns(span.scope, fields, attributes if self.keeper.reads_attributes else {})
                permit = self.keeper.permit(known, start_ns=span.start_unix_ns)
            if permit is not None:
                counted |= permit.settle(fields, failed=span.status_code == _STATUS_ERROR, counted=counted)
            if (says or counted) and span.raw_parent_span_id is not None:
                self._above[span.raw_parent_span_id] = None
                if len(self._above) > _MOST_ABOVE:  # of parents in other processes, which never end here
                    self._above.popitem(last=False)
        except Exception as error:
            guard.fault("charge a budget", error)

    def _columns(
        self, scope: Mapping[str, Any] | None, fields: Mapping[str, Any], attributes: Mapping[str, Any]
    ) -> dict[str, Any]:
        settings = self._runtime.settings
        own = {"service_name": settings.service, "project": settings.project}
        return {**attributes, **own, **(scope or {}), **fields}

    def _attributes(self, span: Span | UnsampledSpan) -> Mapping[str, Any]:
        """Those of the span, where a budget asks for any."""
        if not self.keeper.reads_attributes or isinstance(span, UnsampledSpan):
            return {}
        return span.details.attributes


def admit(span: Span | UnsampledSpan) -> None:
    """Let a call be made, or not; a span that is not is ended.

    Raises:
        BudgetExceededError: A budget that stops calls is used up.
    """
    try:
        assert span.permit is not None
        span.permit.admit()
    except BudgetExceededError as error:
        span.fail(error)
        raise
    except Exception as error:
        guard.fault("look at the budgets", error)
