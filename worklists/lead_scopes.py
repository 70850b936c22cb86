"""Which leads of a run are meant: what a filter finds, with what was ticked and unticked."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, case, exists, false, literal, select
from sqlalchemy.orm import Session, aliased

from campaigns.models import Campaign
from core.access import Actor
from core.bulk import numbers_of
from core.db import constant
from core.errors import Refused
from directory.clients.search import clients_found
from selections.models import Lead, SelectionRun
from worklists.judged_leads import is_already_in_work, units_of_run
from worklists.models.task import Task
from worklists.models.work_list import WorkList
from worklists.verdicts import client_block

MOST_TICKED = 10_000


class NoLeadsChosen(Refused):
    """Nothing was ticked, or the filter finds nothing."""


class TooManyTicks(Refused):
    """Not more than ``MOST_TICKED`` are ticked one by one: whoever wants more takes them all."""


class LeadFilter(StrEnum):
    """What stands against a lead; each has one of these, but for ALL."""

    ALL = "all"
    CALLABLE = "callable"
    BLOCKED = "blocked"
    """The client may not be called: refusal, cooling-off, no valid phone."""
    IN_WORK = "in_work"
    """There is an open task of the campaign already."""
    HELD_OUT = "held_out"
    """Belongs to the share that nobody calls."""


@dataclass(frozen=True, kw_only=True)
class LeadScope:
    """The leads that are to become work-lists."""

    is_all: bool = False
    """All that the filter finds but those unticked; else those ticked."""
    only: LeadFilter = LeadFilter.ALL
    text: str = ""
    is_fresh: bool = False
    """Formed with nobody looking, perhaps later: whom any unit of the run's works with for the
    campaign is in work, and whom one has finished with since the run is left out."""
    ticked: tuple[int, ...] = ()
    unticked: tuple[int, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """Plain values."""
        return {
            "is_all": self.is_all, "only": self.only.value, "text": self.text,
            "is_fresh": self.is_fresh,
            "ticked": list(self.ticked), "unticked": list(self.unticked),
        }  # fmt: skip

    @classmethod
    def from_json(cls, values: dict[str, Any]) -> "LeadScope":
        """The scope of ``as_json``."""
        return cls(
            is_all=values["is_all"], only=LeadFilter(values["only"]), text=values["text"],
            is_fresh=values["is_fresh"],
            ticked=tuple(values["ticked"]), unticked=tuple(values["unticked"]),
        )  # fmt: skip


def chosen_leads(
    session: Session,
    scope: LeadScope,
    *,
    run_id: int,
    campaign: Campaign | None,
    unit_id: int,
    actor: Actor,
    now: Any,
) -> list[ColumnElement[bool]]:
    """The scope as conditions on ``leads``; that they are of the run is not among them.

    Raises NoLeadsChosen, TooManyTicks.
    """
    if max(len(scope.ticked), len(scope.unticked)) > MOST_TICKED:
        raise TooManyTicks
    if not scope.is_all:
        if not scope.ticked:
            raise NoLeadsChosen
        return [Lead.id.in_(numbers_of(scope.ticked))]
    found = found_by_text(session, scope.text, run_id=run_id, actor=actor)
    if scope.only is not LeadFilter.ALL:
        found.append(verdict_on_lead(campaign, unit_id, now) == scope.only.value)
    if scope.is_fresh and campaign is not None:
        found.append(~_is_done_with(session, campaign, run_id, unit_id))
    if scope.unticked:
        found.append(Lead.id.not_in(numbers_of(scope.unticked)))
    return found


def found_by_text(
    session: Session, text: str, *, run_id: int, actor: Actor
) -> list[ColumnElement[bool]]:
    """All leads of the run whose client or vehicle the text means: name, phone, VIN, plate."""
    if not text.strip():
        return []
    of_run = select(Lead.client_id).where(Lead.run_id == run_id)
    ids = clients_found(session, text, among=of_run, actor=actor)
    return [Lead.client_id.in_(numbers_of(ids))]


def block_of_lead(campaign: Campaign | None, now: Any) -> ColumnElement[str | None]:
    """SQL: the weightiest rule that forbids to call for the campaign, or NULL."""
    purpose = campaign.purpose if campaign is not None else ""
    moment = literal(now, WorkList.opened_at.type)
    return client_block(
        Lead.client_id.expression, Lead.asset_id.expression, literal(purpose), moment
    )


def in_work_already(campaign: Campaign | None, unit_id: int) -> ColumnElement[bool]:
    """SQL: whether the unit has an open task of the campaign for the lead."""
    if campaign is None:
        return false()
    client_id, asset_key = Lead.client_id.expression, Lead.asset_key.expression
    return is_already_in_work(unit_id, campaign.id, client_id, asset_key)


def verdict_on_lead(campaign: Campaign | None, unit_id: int, now: Any) -> ColumnElement[str]:
    """SQL: the ``LeadFilter`` that finds the lead, beside ALL."""
    return case(
        (Lead.is_held_out, constant(LeadFilter.HELD_OUT)),
        (block_of_lead(campaign, now).is_not(None), constant(LeadFilter.BLOCKED)),
        (in_work_already(campaign, unit_id), constant(LeadFilter.IN_WORK)),
        else_=constant(LeadFilter.CALLABLE),
    )


def _is_done_with(
    session: Session, campaign: Campaign, run_id: int, unit_id: int
) -> ColumnElement[bool]:
    """SQL: whether one of the run's units closed a task of the campaign for the lead since then."""
    task = aliased(Task)
    run = session.get_one(SelectionRun, run_id)
    return exists().where(
        task.client_id == Lead.client_id,
        task.asset_key == Lead.asset_key,
        task.campaign_id == campaign.id,
        (task.unit_id + 0).in_(units_of_run(run.unit_id, unit_id)),
        task.closed_at >= run.run_at,
    )
