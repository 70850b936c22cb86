"""Every route of a task, registered by importing its module."""

from webui.tasks import (
    accepting,
    attempts,
    claims,
    consequences,
    control,
    jobs,
    page,
    repeats,
    skips,
    undo,
)
from webui.tasks.routes import bp

MODULES = (accepting, attempts, claims, consequences, control, jobs, page, repeats, skips, undo)

__all__ = ["MODULES", "bp"]
