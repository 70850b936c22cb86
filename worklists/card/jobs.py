"""What runs by the clock for the card: documents that nobody needs are swept away."""

from datetime import timedelta
from functools import partial
from pathlib import Path

from core.schedule import Job
from worklists.card.files import sweep_orphans


def jobs_for(folder: Path) -> tuple[Job, ...]:
    """The jobs of an installation that keeps its documents in ``folder``."""
    return (
        Job("sweep orphaned documents", timedelta(hours=1), partial(sweep_orphans, folder=folder)),
    )
