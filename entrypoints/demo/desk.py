"""One department at work: files become tasks, clients are called, this and that comes of it.

Everything is told forward in time; what lies after ``now`` has not happened, so tasks stay where
the present finds them.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from campaigns.models import Outcome
from directory.assets.models import MileageSource
from entrypoints.demo.book import by
from entrypoints.demo.chronicle import Chronicle
from entrypoints.demo.company import Centre
from entrypoints.demo.facts import Facts, Purpose
from entrypoints.demo.files_loaded import LoadedFiles
from entrypoints.demo.moments import callable_from, file_moment
from entrypoints.demo.records import AttemptRow, TaskRow
from entrypoints.demo.subjects import Subject
from worklists.models.task import Finish

LEASE = timedelta(seconds=300)
_NO_ANSWERS = ("no_pick_up", "no_pick_up", "busy", "rejected", "unreachable", "voicemail")
_LADDER = (timedelta(hours=2), timedelta(days=1, hours=3), timedelta(days=3))


@dataclass(frozen=True)
class World:
    """What all departments share."""

    rng: Random
    now: datetime
    facts: Facts
    book: Chronicle
    files: LoadedFiles


class Desk:
    """The calls of one unit."""

    def __init__(self, world: World, centre: Centre, unit_id: int, people: Sequence[int]) -> None:
        self.world, self.centre, self.unit_id, self.people = world, centre, unit_id, people
        self.rng, self.now, self.book = world.rng, world.now, world.book

    def form(
        self, subject: Subject, campaign: Purpose, days_ago: int, *, due_at: datetime | None = None,
        vehicle_at: int = 0, performer_id: int | None = None,
    ) -> TaskRow:  # fmt: skip
        """A task from a file loaded so many days ago (or a little earlier)."""
        loaded_at = file_moment(self.now, self.centre.zone, days_ago)
        at = loaded_at + timedelta(seconds=self.rng.randint(30, 400))
        asset_id = subject.vehicles[vehicle_at].row.id
        lead = self.world.files.lead(
            self.centre, self.unit_id, campaign, subject, asset_id, loaded_at
        )
        actor = by(self.centre.supervisor)
        work_list = self.book.open_list(
            self.unit_id, self.centre.unit_id, subject.client.id, campaign.id,
            at=at, initiator=actor,
        )  # fmt: skip
        at = max(at, work_list.opened_at)
        soon = callable_from(at + timedelta(minutes=self.rng.randint(20, 900)), subject.zone)
        return self.book.add_task(
            work_list, campaign, asset_id=asset_id, at=at, zone=subject.zone, actor=actor,
            due_at=max(due_at or soon, at), performer_id=performer_id, lead=lead,
        )  # fmt: skip

    def ring(
        self, task: TaskRow, subject: Subject, person: int, at: datetime,
        back_at: datetime | None = None,
    ) -> datetime | None:  # fmt: skip
        """Nobody answers: the moment at which the task comes back; None when it is used up."""
        self.book.take(task, person, at, lease=LEASE)
        row = self.attempt(task, subject, Outcome.NO_ANSWER, at + timedelta(seconds=50),
                           code=self.rng.choice(_NO_ANSWERS))  # fmt: skip
        if task.attempts > len(_LADDER):
            self.book.finish(task, row, Finish.UNREACHABLE)
            return None
        later = row.at + _LADDER[task.attempts - 1]
        back_at = back_at or callable_from(later, subject.zone)
        self.book.defer(task, row, back_at, keep=self.rng.random() < 0.5)
        return back_at

    def attempt(
        self, task: TaskRow, subject: Subject, outcome: Outcome, at: datetime, *,
        code: str, comment: str = "", asks_mileage: bool = False, acquired: bool = False,
    ) -> AttemptRow:  # fmt: skip
        """One contact, with the client's first number and perhaps what the odometer shows."""
        facts = self.world.facts
        row = self.book.attempt(
            task, outcome, at,
            result=facts.results.get(code),
            comment=comment,
            contact_id=subject.contact.id if subject.contact else None,
            mileage=self._mileage(subject, task) if asks_mileage else None,
            acquisition=self.rng.choice(facts.acquisitions) if acquired else None,
        )  # fmt: skip
        if row.mileage_km and row.asset_id:
            day, who = at.date(), by(row.employee_id)
            self.book.readings.append(
                (row.asset_id, day, row.mileage_km, MileageSource.CLIENT, False, who)
            )
        return row

    def fumble(self, task: TaskRow, person: int, at: datetime) -> None:
        """Taken and let go: on purpose, or because the browser was closed."""
        self.book.take(task, person, at, lease=LEASE)
        ran_out = self.rng.random() < 0.5
        self.book.release(task, at + (LEASE if ran_out else LEASE / 3), ran_out=ran_out)

    def purpose_of(self, task: TaskRow) -> Purpose:
        """The campaign that the task belongs to."""
        return next(
            one for one in self.world.facts.campaigns.values() if one.id == task.campaign_id
        )

    def _mileage(self, subject: Subject, task: TaskRow) -> int | None:
        seen = subject.last_visits.get(task.asset_key)
        if seen is None or seen[1] is None or self.rng.random() < 0.35:
            return None
        return (seen[1] + self.rng.randint(500, 14_000)) // 100 * 100
