"""What nobody needs any more: old counters of wrong passwords, old form keys."""

from datetime import timedelta

from sqlalchemy import delete

from core.clock import Clock
from core.db import Database
from core.schedule import Job
from core.submissions import Submission
from directory.staff.tries import forget_old_tries

KEEP_FORM_KEYS = timedelta(days=3)
"""A browser that repeats an older form than this is asked to open it again."""


def forget_what_is_old(database: Database, clock: Clock) -> int:
    """Delete counters and form keys that decide nothing any more; returns how many."""
    with database.unit_of_work() as session:
        now = clock(session)
        old = delete(Submission).where(Submission.at < now - KEEP_FORM_KEYS)
        forgotten = session.execute(old.returning(Submission.key)).all()
        return len(forgotten) + forget_old_tries(session, now=now)


JOBS = (Job("forget what is old", timedelta(hours=1), forget_what_is_old),)
