"""Who made the calls of a file, and which campaigns it names: words of cells → what is known."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from sqlalchemy import or_, select
from sqlalchemy.orm import Session, aliased

from campaigns.models import Campaign
from campaigns.result_codes import CodeChoice, codes_for
from core.access import Actor
from directory.clients.names import name_norm
from directory.staff.models import Appointment, Employee
from directory.units.models import UnitPath
from importers.columns import heading_norm
from importers.fields import Field
from importers.loads.batch import Setting
from importers.loads.told import Doubtful
from importers.problems import RowProblemCode
from importers.result_words import ResultWords
from importers.typed_rows import TypedRow

LOCALES = ("ru", "uk", "en")


class Callers:
    """Who acts for a row: one of the unit's people who called, else whoever loads the file."""

    def __init__(self, setting: Setting, rows: Sequence[TypedRow]) -> None:
        self._loader = replace(setting.actor, key=setting.source)
        self._by_name: dict[str, set[int]] = {}
        if not any(Field.CALLER in row.values for row in rows):
            return
        here = aliased(UnitPath)
        found = setting.session.execute(
            select(Employee.id, Employee.full_name, Employee.login)
            .join(Appointment, Appointment.employee_id == Employee.id)
            .join(here, or_(here.ancestor_id == Appointment.unit_id,
                            here.descendant_id == Appointment.unit_id))
            .where(Employee.is_active, or_(here.descendant_id == setting.unit_id,
                                           here.ancestor_id == setting.unit_id))
            .distinct()
        )  # fmt: skip
        for employee_id, name, login in found:
            for one in (_ordered(name), _ordered(login)):
                self._by_name.setdefault(one, set()).add(employee_id)

    def of(self, row: TypedRow) -> tuple[Actor, str | None]:
        """Who acts; and the caller's name where that is nobody of ours ("": not told)."""
        told = str(row.values.get(Field.CALLER) or "")
        ours = self._by_name.get(_ordered(told), set()) if told else set()
        if len(ours) != 1:
            return self._loader, told
        return replace(self._loader, employee_id=min(ours), name=told), None


class CampaignsTold:
    """The campaigns that rows name, and the words for the results of each."""

    def __init__(self, setting: Setting, rows: Sequence[TypedRow]) -> None:
        self._session = setting.session
        self._words: dict[int, ResultWords] = {}
        self._by_name: dict[str, set[int]] = {}
        if any(Field.CAMPAIGN in row.values for row in rows):
            query = select(Campaign.id, Campaign.code, Campaign.name)
            for number, code, name in setting.session.execute(query):
                for one in (code, name):
                    self._by_name.setdefault(heading_norm(one), set()).add(number)

    def find(self, row: TypedRow) -> frozenset[int] | None:
        """Campaigns of that code or name, this year's and last year's; None: none is named.

        Raises Doubtful.
        """
        told = row.values.get(Field.CAMPAIGN)
        if told is None:
            return None
        found = self._by_name.get(heading_norm(str(told)))
        if found is None:
            raise Doubtful(RowProblemCode.NOT_KNOWN, str(told))
        return frozenset(found)

    def words(self, campaign_id: int) -> ResultWords:
        """How the results of the campaign may be named; read once for a batch."""
        if campaign_id not in self._words:
            self._words[campaign_id] = result_words(self._session, campaign_id)
        return self._words[campaign_id]


def result_words(session: Session, campaign_id: int) -> ResultWords:
    """How the results of the campaign may be named, in every language."""
    named: dict[int, tuple[CodeChoice, list[str]]] = {}
    for locale in LOCALES:
        for code in codes_for(session, campaign_id, locale=locale):
            named.setdefault(code.result_code_id, (code, []))[1].append(code.name)
    return ResultWords(named.values())


def _ordered(name: str) -> str:
    """«Мария Менеджер» is «Менеджер Мария»."""
    return " ".join(sorted(name_norm(name).split()))
