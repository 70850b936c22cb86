"""The values of a ``TypedRow`` as JSON, and back: what is kept of rows of records."""

from collections.abc import Callable, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from core.journal import plain_value
from directory.clients.models import ClientKind, RefusalScope
from directory.clients.phones import Phone
from directory.visits.models import RecommendationStatus, VisitStatus
from importers.fields import AMOUNTS, DAYS, Field
from importers.typed_rows import TypedRow, Value

_BACK: Mapping[Field, Callable[[Any], Value]] = {
    **dict.fromkeys(DAYS, date.fromisoformat),
    **dict.fromkeys(AMOUNTS, Decimal),
    Field.CALLED_AT: datetime.fromisoformat,
    Field.CLIENT_KIND: ClientKind,
    Field.SCOPE: RefusalScope,
    Field.VISIT_STATUS: VisitStatus,
    Field.ADVICE_STATUS: RecommendationStatus,
}


def kept_values(row: TypedRow) -> dict[str, Any]:
    """The values by code of their field, and ``phones`` as [number, extension, note]."""
    kept: dict[str, Any] = {field.value: plain_value(value) for field, value in row.values.items()}
    if row.phones:
        kept["phones"] = [[phone.e164, phone.extension, phone.note] for phone in row.phones]
    return kept


def values_of(kept: Mapping[str, Any]) -> dict[Field, Value]:
    """The typed values again."""
    return {
        (field := Field(code)): _BACK[field](value) if field in _BACK else value
        for code, value in kept.items()
        if code != "phones"
    }


def phones_of(kept: Mapping[str, Any]) -> tuple[Phone, ...]:
    """The phones again."""
    return tuple(Phone(*parts) for parts in kept.get("phones", ()))
