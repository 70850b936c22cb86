"""What a selection asks when it is run or tried: a rule without faults, answers that count."""

from dataclasses import replace
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.access import Actor
from core.errors import NotFound
from directory.units.models import Unit
from selections.answering import checked_answers
from selections.checking import problems_of
from selections.composing import uses_of
from selections.fields import Catalogue
from selections.models import Selection, SelectionVersion
from selections.reading import newest_version, question_for
from selections.refusals import DefinitionFaulty, SelectionOutOfUse
from selections.rules import Definition
from selections.settling import Answers
from selections.statements import Question
from selections.wire import from_wire


def ready_to_run(
    session: Session,
    selection: Selection,
    *,
    unit_id: int,
    answers: Answers,
    actor: Actor,
    now: datetime,
    default_zone: str,
    catalogue: Catalogue,
) -> tuple[Question, Definition, SelectionVersion]:
    """What a run would ask now: the question, the definition and the version that it is of.

    Raises SelectionOutOfUse, DefinitionUnreadable, DefinitionTooNew, NotFound for a unit of others
    or out of use, and as ``checked_question``.
    """
    if selection.archived_at is not None:
        raise SelectionOutOfUse(selection.id)
    if session.scalar(select(Unit.is_archived).where(Unit.id == unit_id)):
        raise NotFound("unit", unit_id)
    version = newest_version(session, selection.id)
    definition = from_wire(version.definition)
    question = checked_question(
        session, definition, selection_id=selection.id, unit_id=unit_id, answers=answers,
        actor=actor, now=now, default_zone=default_zone, catalogue=catalogue,
    )  # fmt: skip
    return question, definition, version


def checked_question(
    session: Session,
    definition: Definition,
    *,
    selection_id: int | None,
    unit_id: int,
    answers: Answers,
    actor: Actor,
    now: datetime,
    default_zone: str,
    catalogue: Catalogue,
) -> Question:
    """What a definition is asked with, the answers checked.

    ``selection_id``: whose it is; None: it is not saved. Raises DefinitionFaulty, AnswerRefused,
    NotFound for a unit of others, NotPermitted.
    """
    bare = question_for(
        session, unit_id=unit_id, answers={}, actor=actor, now=now, default_zone=default_zone,
        catalogue=catalogue,
    )  # fmt: skip
    today = bare.moment.today
    problems = problems_of(
        definition, catalogue=catalogue, today=today, definition_of=bare.definition_of,
        selection_id=selection_id,
    )  # fmt: skip
    if problems:
        raise DefinitionFaulty(problems)
    uses = uses_of(definition, catalogue=catalogue, definition_of=bare.definition_of)
    checked = checked_answers(session, definition, answers, today=today, actor=actor, uses=uses)
    return replace(bare, answers=checked, seed=seed_of(selection_id or 0, today))


def seed_of(selection_id: int, today: date) -> int:
    """What decides who is in a random sample: the same all day, so that a run is as it was shown.

    Other people another day.
    """
    return selection_id * 100_003 + today.toordinal()
