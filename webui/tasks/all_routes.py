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
    slots,
    undo,
)
from webui.tasks.routes import bp

MODULES = (
    accepting,
    attempts,
    claims,
    consequences,
    control,
    jobs,
    page,
    repeats,
    skips,
    slots,
    undo,
)

__all__ = ["MODULES", "bp"]
