"""What is asked before a selection runs: unit, campaign, its own questions, the hold-out (A9)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from campaigns.catalogue import department_campaign_id
from campaigns.lifecycle import TAKES_LEADS
from campaigns.models import Campaign
from core.access import Actor
from core.errors import NotFound
from directory.units.models import UnitKind
from directory.units.tree import UnitRow, unit_tree
from selections.answering import read_answers
from selections.composing import Uses, uses_of
from selections.reading import definition_of
from selections.refusals import AnswerRefused, AnswerUnusable, HoldOutImpossible
from selections.rules import Definition, FromToday, Parameter, ParameterType
from selections.settling import Answers, day_from
from selections.wire import DefinitionTooNew, DefinitionUnreadable
from webui.labels.rules import parameter_words
from webui.labels.spoken import gettext as _
from webui.labels.words import sentence
from webui.numbers import row_number_or_none
from webui.requests import session as opened_session
from webui.selections.catalogue import CATALOGUE
from webui.selections.run_faults import what_fits

_KINDS = {ParameterType.CENTRE: UnitKind.CENTRE, ParameterType.WORKSHOP: UnitKind.WORKSHOP}
_LONGEST_ADDRESS = 1_000


@dataclass(frozen=True)
class AskedField:
    """A question as the form shows it."""

    parameter: Parameter
    name: str
    words: str
    typed: str
    choices: Sequence[UnitRow] = ()
    others: Sequence[UnitRow] = ()
    """Choices beside the person's own units."""
    problem: str = ""


@dataclass
class AskedRun:
    """What the person chose and typed."""

    unit_id: int | None = None
    campaign_id: int | None = None
    hold_out: str = ""
    typed: Mapping[str, Sequence[str]] = field(default_factory=dict)
    problems: dict[str, str] = field(default_factory=dict)
    """What is wrong with an answer, by the code of its question."""
    hold_out_problem: str = ""
    unit_problem: str = ""
    campaign_problem: str = ""
    definition: Definition | None = None
    """Whose questions these are."""

    @property
    def is_wrong(self) -> bool:
        """Whether something is told at a field."""
        told = (self.hold_out_problem, self.unit_problem, self.campaign_problem)
        return bool(self.problems) or any(told)

    @property
    def hold_out_share(self) -> int:
        """Ten-thousandths of the leads that nobody calls; -1 for what is no percentage."""
        text = self.hold_out.strip().replace("%", "")
        if not text:
            return 0
        return int(text) * 100 if text.isascii() and text.isdigit() and len(text) < 4 else -1

    def answers(self, definition: Definition) -> Answers:
        """The answers as they were typed. Raises AnswerUnusable."""
        return read_answers(definition.parameters, self.typed)

    def may_stand_in_address(self, definition: Definition) -> bool:
        """Whether nothing is typed that is too long or too private for an address."""
        texts = (one.code for one in definition.parameters if one.type is ParameterType.TEXT)
        is_text = any(line.strip() for code in texts for line in self.typed.get(code, ()))
        length = sum(len(line) for lines in self.typed.values() for line in lines)
        return not is_text and length <= _LONGEST_ADDRESS

    def address(self) -> dict[str, Any]:
        """The same as parameters of an address; ``read_asked`` reads them."""
        answers = {f"a.{code}": list(lines) for code, lines in self.typed.items()}
        told = {"unit": self.unit_id or "", "campaign": self.campaign_id, **answers}
        return told | {"hold_out": self.hold_out or None}


def read_asked(definition: Definition, form: Any) -> AskedRun:
    """What the form or the address says."""
    return AskedRun(
        row_number_or_none(form.get("unit", "")),
        row_number_or_none(form.get("campaign", "")),
        form.get("hold_out", "")[:10],
        {one.code: form.getlist(f"a.{one.code}") for one in definition.parameters},
        definition=definition,
    )


def note_refusal(asked: AskedRun, refused: AnswerRefused | HoldOutImpossible) -> None:
    """Say it at the field that it is about; of what is no such value, what fits there."""
    if isinstance(refused, HoldOutImpossible):
        asked.hold_out_problem = str(sentence(refused))
        return
    words, code = str(sentence(refused)), refused.parameter.code
    if isinstance(refused, AnswerUnusable):
        words = what_fits(refused.parameter, _uses(asked.definition).get(code, ()))
    asked.problems[code] = words


def note_choice(asked: AskedRun, *, actor: Actor) -> None:
    """Say it at the field when the unit or the campaign cannot be had (any more)."""
    session = opened_session()
    if asked.unit_id not in {row.unit.id for row in unit_tree(session, within=actor.unit_ids)}:
        asked.unit_problem = _("Этого подразделения больше нет среди ваших. Выберите другое.")
    campaigns = {campaign_id for campaign_id, _name in campaigns_that_take_leads(session)}
    if asked.campaign_id and asked.campaign_id not in campaigns:
        asked.campaign_problem = _(
            "В эту кампанию новые задачи не ставятся. Выберите другую или «Выберу позже»."
        )


def _uses(definition: Definition | None) -> Uses:
    try:
        of_inner = definition_of(opened_session())
        return uses_of(definition or Definition(), catalogue=CATALOGUE, definition_of=of_inner)
    except (NotFound, DefinitionUnreadable, DefinitionTooNew):
        return {}


def asked_fields(
    session: Session, definition: Definition, asked: AskedRun, *, today: Any, actor: Actor
) -> list[AskedField]:
    """The questions of the selection; what was not typed yet starts with its default."""
    rows = unit_tree(session)
    own = unit_tree(session, within=actor.unit_ids)
    mine = {row.unit.id for row in own}
    found: list[AskedField] = []
    for one in definition.parameters:
        choices: Sequence[UnitRow] = ()
        others: Sequence[UnitRow] = ()
        if one.type is ParameterType.UNIT:
            choices = own
        elif one.type is ParameterType.WORKSHOP:
            of_kind = [row for row in rows if row.unit.kind is _KINDS[one.type]]
            choices = [row for row in of_kind if row.unit.id in mine]
            others = [row for row in of_kind if row.unit.id not in mine]
        elif one.type is ParameterType.CENTRE:
            choices = _centres(rows, own)
        given = asked.typed.get(one.code)
        typed = _default(one, today) if given is None else "\n".join(given)
        found.append(
            AskedField(
                one, f"a.{one.code}", parameter_words(one.code, one.label), typed, choices,
                others, asked.problems.get(one.code, ""),
            )
        )  # fmt: skip
    return found


def _centres(rows: list[UnitRow], own: list[UnitRow]) -> list[UnitRow]:
    """The centres of the person and those above their units."""
    parents = {row.unit.id: row.unit.parent_id for row in rows}
    above: set[int] = set()
    for row in own:
        unit_id: int | None = row.unit.id
        while unit_id is not None and unit_id not in above:
            above.add(unit_id)
            unit_id = parents.get(unit_id)
    return [row for row in rows if row.unit.kind is UnitKind.CENTRE and row.unit.id in above]


def _default(parameter: Parameter, today: Any) -> str:
    default = parameter.default
    if isinstance(default, FromToday):
        return day_from(today, default).isoformat()
    return "" if default is None else str(default)


def campaigns_that_take_leads(session: Session) -> list[tuple[int, str]]:
    """Campaigns that work-lists may be formed for, by name; not that of other units' requests."""
    query = select(Campaign.id, Campaign.name).where(
        Campaign.state.in_(TAKES_LEADS), Campaign.id != department_campaign_id(session)
    )
    return [(row.id, row.name) for row in session.execute(query.order_by(Campaign.name))]
