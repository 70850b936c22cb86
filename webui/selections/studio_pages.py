"""What the builder's routes share: the page of a draft, its problems, its question (A5)."""

from dataclasses import dataclass
from functools import cached_property, partial
from typing import Any

from flask import g, make_response, render_template
from sqlalchemy.orm import Session

from core.clock import local_day
from core.errors import NotFound
from directory.units.tree import get_unit, unit_tree
from selections.checking import Fault, Problem
from selections.drafts import problems_seen
from selections.fields import SUBJECT_ENTITIES
from selections.reading import get_selection, question_for, selections_seen
from selections.rules import Definition, Subject
from selections.settling import Answer
from selections.statements import Question
from selections.wire import DEEPEST, LARGEST_SAMPLE
from webui.labels.rule_changes import Change, changes
from webui.labels.rule_fields import field_name
from webui.labels.rule_sentences import Names, rule_words
from webui.labels.spoken import gettext as _
from webui.requests import settings
from webui.selections.catalogue import CATALOGUE
from webui.selections.studio_acts import written
from webui.selections.studio_count import Count, count
from webui.selections.studio_faults import told
from webui.selections.studio_look import Painter
from webui.selections.studio_offers import offered_now
from webui.selections.studio_page import Draft, is_asked
from webui.wording import whole

SAMPLE = "sample"
"""The place of a fault that is not in the tree."""
_NOT_YET = (Fault.VALUE_MISSING, Fault.EMPTY_GROUP)
"""What a condition or a group that was just added cannot but lack."""


@dataclass(frozen=True)
class Faulty:
    """A problem as the panel tells it."""

    path: str
    words: str


class Studio:
    """One draft on its way to a page: everything that is looked up is looked up once."""

    def __init__(self, session: Session, draft: Draft) -> None:
        self.session, self.draft = session, draft
        self.definition: Definition = draft.definition(CATALOGUE)
        self.offered = offered_now(session)

    @cached_property
    def today(self) -> Any:
        """The day of the person."""
        return local_day(g.now, g.actor.time_zone or settings().time_zone)

    @cached_property
    def units(self) -> list[Any]:
        """The units that a selection may be made for."""
        return unit_tree(self.session, within=g.actor.unit_ids)

    @cached_property
    def selections(self) -> dict[int, str]:
        """The selections that are offered to a rule: those not in the archive."""
        lines = selections_seen(self.session, actor=g.actor)
        return {line.selection.id: line.selection.name for line in lines}

    @cached_property
    def problems(self) -> list[Problem]:
        """What is wrong with the draft; that it is empty only after it was sent to be saved."""
        found = problems_seen(
            self.session, self.definition, selection_id=self.draft.selection_id,
            today=self.today, actor=g.actor, catalogue=CATALOGUE,
        )  # fmt: skip
        return found if self.draft.is_refused else [one for one in found if one.path != ()]

    @cached_property
    def complaints(self) -> list[Problem]:
        """The problems that are told: what is not filled in yet waits for an attempt to save."""
        if self.draft.is_refused:
            return self.problems
        return [one for one in self.problems if one.fault not in _NOT_YET]

    @cached_property
    def names(self) -> Names:
        """What the values of the draft are called."""
        return self.offered.names([self.definition])

    def words(self) -> str:
        """The draft as a sentence."""
        return rule_words(self.definition, self.names)

    def faulty(self) -> list[Faulty]:
        """The problems in words, each with its place."""
        root = self.draft.root
        found = [Faulty(written(one.path), told(one, root, CATALOGUE)) for one in self.complaints]
        sample = self.sample_fault()
        return [*found, Faulty(SAMPLE, sample)] if sample else found

    def sample_fault(self) -> str:
        """What is wrong with the size of a random sample; empty: nothing."""
        if not self.draft.is_sample_faulty:
            return ""
        most = whole(LARGEST_SAMPLE)
        return _("Введите число от %(min)s до %(max)s.", min=1, max=most)

    def question(self) -> Question | None:
        """What the draft is asked with; None while there is nobody to ask about."""
        unit_id = self.draft.unit_id or next((row.unit.id for row in self.units), None)
        if unit_id is None:
            return None
        answers: dict[str, Answer] = {
            one.code: one.default for one in self.definition.parameters if one.default is not None
        }
        try:
            return question_for(
                self.session, unit_id=unit_id, answers=answers, actor=g.actor, now=g.now,
                default_zone=settings().time_zone, catalogue=CATALOGUE,
            )  # fmt: skip
        except NotFound:
            return None

    def count(self) -> Count | None:
        """Whom the draft finds so far."""
        question = self.question()
        if question is None:
            return None
        return count(self.session, question, self.definition, self.problems, self.names)

    def changes_from(self, before: Definition) -> list[Change]:
        """What the draft would change of what is saved."""
        names = self.offered.names([before, self.definition])
        return changes(before, self.definition, names)

    def panel(self) -> dict[str, Any]:
        """Values of the panel beside the rule; an empty rule, which finds all, is not asked."""
        return {
            "found": self.count() if self.draft.root.kids else None,
            "words": self.words(),
            "faulty": self.faulty(),
            "draft_is_vehicle": self.draft.subject is Subject.VEHICLE,
            "unanswered": [
                one for one in self.definition.parameters if one.default is None
            ],
        }  # fmt: skip

    def rules(self) -> dict[str, Any]:
        """Values of the tree with its questions."""
        painter = Painter(
            self.draft, CATALOGUE, self.offered, self.complaints, self.selections,
            self.names.selections,
        )  # fmt: skip
        scope = SUBJECT_ENTITIES[self.draft.subject]
        columns = self.draft.columns
        others = [one.code for one in CATALOGUE.fields_of(scope) if one.code not in columns]
        return {
            "draft": self.draft,
            "root": painter.root(),
            "selections": self.selections,
            "sample_fault": self.sample_fault(),
            "deepest": DEEPEST,
            "columns": [(code, field_name(code)) for code in [*columns, *others]],
            "is_asked": partial(is_asked, self.draft),
        }  # fmt: skip

    def page(self, status: int = 200, **more: Any) -> Any:
        """The whole page of the draft."""
        unit = None
        selection = None
        if self.draft.selection_id is not None:
            selection = get_selection(self.session, self.draft.selection_id, actor=g.actor)
            unit = get_unit(self.session, selection.unit_id, actor=g.actor)
        values: dict[str, Any] = {
            "problem": "", "name_problem": "", "selection": selection, "differences": None,
        }  # fmt: skip
        body = render_template(
            "selections/studio.html",
            page="selections",
            units=self.units,
            unit=unit,
            **self.rules(),
            **self.panel(),
            **(values | more),
        )
        return make_response(body, status)
