"""What a worker is given to work on a load, and how it notes a batch that is loaded (A8, P12)."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from core.access import Actor
from core.clock import Clock
from core.db import Database
from importers.loads.batch import Setting
from importers.loads.holding import actor_of, advance
from importers.loads.models import LoadBatch, RecordLoad
from importers.loads.running import source_of
from importers.loads.told import Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """What a worker needs to know of its surroundings. ``region``: of phones without a country."""

    database: Database
    clock: Clock
    worker: str
    region: str = "RU"
    zone: str = "Europe/Moscow"
    """Where neither unit nor unit above has one."""
    actor: Actor | None = None
    """None: whoever asked for the load."""

    def actor_for(self, session: Session, load: RecordLoad) -> Actor:
        """In whose name the records are made."""
        return self.actor or actor_of(session, load, self.zone)

    def setting(self, session: Session, load: RecordLoad, now: datetime) -> Setting:
        """For whom and when a batch of the load is written, which is to be kept."""
        actor = self.actor_for(session, load)
        return Setting(session, load.unit_id, actor, now, source_of(load.sha256),
                       workshop_id=load.workshop_id)  # fmt: skip

    def note_batch(
        self,
        setting: Setting,
        load: RecordLoad,
        number: int,
        last_row: int,
        counts: Counter[Verdict],
        **told: Any,
    ) -> None:
        """Keep what batch ``number`` has added and how far the load is, in its transaction.

        ``counts``: with the batch; ``told``: what else is known of the load. Raises TakenOver.
        """
        session = setting.session
        session.add(
            LoadBatch(load_id=load.id, batch_no=number, last_row=last_row,
                      **setting.added.as_json())
        )  # fmt: skip
        session.flush()
        told |= {"batches": number, "counts": as_json(counts), "beat_at": setting.now,
                 "attempts": 0}  # fmt: skip
        advance(session, load, self.worker, told, batches=number - 1)


def as_json(counts: Counter[Verdict]) -> dict[str, int]:
    """Rows of each verdict, as a load keeps them."""
    return {verdict.value: counts[verdict] for verdict in Verdict}
