"""Before anything is written: whom a selection would bring, and what work that is (rule 21)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import and_, false, func, or_, select
from sqlalchemy.orm import Session

from campaigns.taking_leads import known_campaign
from core.access import Actor
from core.bulk import temporary
from core.errors import NotFound
from selections.asking import checked_question, ready_to_run
from selections.chance import chance
from selections.fields import Catalogue
from selections.models import SelectionRun
from selections.reading import get_selection
from selections.rules import Definition, Join, Path
from selections.running import Example, check_hold_out, read_examples
from selections.settling import Answers
from selections.statements import Question
from worklists.found_leads import (
    FOUND,
    Overlap,
    count_verdicts,
    find_leads,
    found_before,
    in_work_elsewhere,
    overlaps_of,
    verdict_on_found,
)
from worklists.lead_scopes import LeadFilter
from worklists.run_leads import usual_unit
from worklists.task_effort import Effort, effort_of
from worklists.verdicts import BlockRule
from worklists.work_sizes import WorkSize, days_of

_EACH = 3
"""Samples of each verdict."""


@dataclass(frozen=True)
class FunnelStep:
    """How many are left after a condition."""

    path: Path | None
    """Of the condition; None: before the first, all of the units' clients or vehicles."""
    count: int


@dataclass(frozen=True, kw_only=True)
class LeadSample:
    """One of those found, with the verdict on it."""

    example: Example
    verdict: LeadFilter
    block: BlockRule | None


@dataclass(frozen=True, kw_only=True)
class DryRun:
    """What a run would bring; nothing is written."""

    funnel: Sequence[FunnelStep]
    leads: int
    clients: int
    blocked: Mapping[BlockRule, int]
    in_work: int
    held_out: int
    callable: int
    """Would become tasks."""
    samples: Sequence[LeadSample]
    previous_run: SelectionRun | None
    """The last one of this selection for the unit."""
    new_since: int
    """Leads that the last run did not find."""
    gone_since: int
    """Leads of the last run that are not found any more."""
    overlaps: Sequence[Overlap]
    elsewhere: int
    """Clients with an open task of the same campaign in another unit than ``list_unit_id``."""
    list_unit_id: int
    """The unit whose work-lists are counted with: the one that a run offers first."""
    effort: Effort

    @property
    def minutes_per_task(self) -> float:
        """Of a manager's time."""
        return self.effort.minutes_per_task

    @property
    def hours(self) -> float:
        """Of managers' time for all that would become tasks."""
        return self.callable * self.minutes_per_task / 60

    @property
    def days(self) -> float:
        """The same in days of one manager."""
        return days_of(self.callable, self.minutes_per_task)

    @property
    def size(self) -> WorkSize:
        """What is found beside all there are, and the days that it takes."""
        return WorkSize(found=self.leads, of_all=self.funnel[0].count, days=self.days)


def dry_run(
    session: Session,
    selection_id: int | None,
    *,
    definition: Definition | None = None,
    unit_id: int,
    campaign_id: int | None,
    answers: Answers,
    hold_out_share: int = 0,
    actor: Actor,
    now: datetime,
    default_zone: str,
    catalogue: Catalogue,
) -> DryRun:
    """What the selection would find for the unit now, or ``definition``, before it is saved.

    ``campaign_id`` None: no campaign is chosen yet, so that nothing is in work and no purpose is
    refused. Raises as ``run_selection``, NotFound.
    """
    campaign = known_campaign(session, campaign_id) if campaign_id is not None else None
    check_hold_out(hold_out_share)
    question, asked = _asked(
        session, selection_id, definition, unit_id=unit_id, answers=answers, actor=actor, now=now,
        default_zone=default_zone, catalogue=catalogue,
    )  # fmt: skip
    list_unit_id = usual_unit(session, unit_id, campaign_id, actor=actor)
    with temporary(session, FOUND):
        leads = find_leads(
            session, question.found(asked), campaign=campaign, unit_id=list_unit_id,
            hold_out=(selection_id or 0, hold_out_share), now=now,
        )  # fmt: skip
        numbers = count_verdicts(session)
        samples = _samples(session, question, asked)
        previous, both = found_before(session, selection_id, unit_id)
        overlaps = overlaps_of(session, campaign_id)
        elsewhere = in_work_elsewhere(session, campaign_id, list_unit_id)
        clients = session.scalar(select(func.count(FOUND.c.client_id.distinct()))) or 0
    blocked = {BlockRule(key): number for key, number in numbers.items() if key in set(BlockRule)}
    return DryRun(
        funnel=_funnel(session, question, asked, leads),
        leads=leads,
        clients=clients,
        blocked=blocked,
        in_work=numbers.get(LeadFilter.IN_WORK, 0),
        held_out=numbers.get(LeadFilter.HELD_OUT, 0),
        callable=numbers.get(LeadFilter.CALLABLE, 0),
        samples=samples,
        previous_run=previous,
        new_since=leads - both,
        gone_since=(previous.leads_found or 0) - both if previous is not None else 0,
        overlaps=overlaps,
        elsewhere=elsewhere,
        list_unit_id=list_unit_id,
        effort=effort_of(session, campaign_id, question.unit_ids, now=now),
    )


def _asked(
    session: Session,
    selection_id: int | None,
    definition: Definition | None,
    *,
    unit_id: int,
    actor: Actor,
    **given: Any,
) -> tuple[Question, Definition]:
    """The question and the definition. Raises NotFound when there is neither."""
    if selection_id is not None:
        selection = get_selection(session, selection_id, actor=actor)
        if definition is None:
            ready = ready_to_run(session, selection, unit_id=unit_id, actor=actor, **given)
            return ready[0], ready[1]
    if definition is None:
        raise NotFound("selection", None)
    question = checked_question(
        session, definition, selection_id=selection_id, unit_id=unit_id, actor=actor, **given
    )
    return question, definition


def _samples(session: Session, question: Question, definition: Definition) -> list[LeadSample]:
    """A few of each verdict, the same ones as long as the day lasts."""
    by_chance = chance(FOUND.c.client_id, FOUND.c.asset_key, seed=question.seed)
    place = func.row_number().over(partition_by=verdict_on_found(), order_by=by_chance)
    numbered = select(
        FOUND.c.client_id,
        FOUND.c.asset_key,
        verdict_on_found().label("verdict"),
        place.label("place"),
    ).subquery()
    verdicts = {
        (row.client_id, row.asset_key): row.verdict
        for row in session.execute(select(numbered).where(numbered.c.place <= _EACH))
    }
    explained = question.explained(definition).subquery()
    these = or_(
        false(),
        *(
            and_(explained.c.client_id == client_id, explained.c.asset_key == asset_key)
            for client_id, asset_key in verdicts
        ),
    )
    found = read_examples(session, explained, these, limit=len(verdicts))
    samples = [_sample(one, verdicts[one.client_id, one.asset_id or 0]) for one in found]
    order = list(LeadFilter)
    return sorted(samples, key=lambda one: (order.index(one.verdict), one.example.client_name))


def _sample(example: Example, verdict: str) -> LeadSample:
    if verdict in set(BlockRule):
        return LeadSample(example=example, verdict=LeadFilter.BLOCKED, block=BlockRule(verdict))
    return LeadSample(example=example, verdict=LeadFilter(verdict), block=None)


def _funnel(
    session: Session, question: Question, definition: Definition, leads: int
) -> list[FunnelStep]:
    """How many are left after each condition; the whole was counted before."""
    *first, _whole = question.funnel(definition)
    counts = [session.scalar(question.count(replace(one, sample=None))) or 0 for one in first]
    paths: list[Path | None] = [None]
    if definition.rule.join is Join.ALL:
        paths += [(place,) for place in range(len(definition.rule.items))]
    else:
        paths.append(())
    return [FunnelStep(path, count) for path, count in zip(paths, [*counts, leads], strict=True)]
