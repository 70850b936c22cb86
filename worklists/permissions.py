"""What may be done with work-lists and tasks."""

from core.access import Permission


class WorkPermission(Permission):
    """Permissions over the work itself; which rows is a question of units (rule 22)."""

    SEE = "worklists.see"
    """Open boards, work-lists, tasks and their history."""
    WORK = "worklists.task.work"
    """Take tasks, record what came of them, plan new ones, control."""
    BOOK_SERVICE = "worklists.service_request.add"
    """Add a service request from the call (A13)."""
    INVOLVE = "worklists.involve"
    """Ask another unit to do something (A6)."""
    MANAGE_PRESETS = "worklists.presets.manage"
    """Write down what other units are usually asked for (A6)."""
    DISPATCH = "worklists.dispatch"
    """Hand tasks to others, change dates and priority, cancel."""
    MANAGE_ESCALATION = "worklists.escalation.manage"
    """Set when tasks of a unit escalate, and to whom."""
    FORM = "worklists.form"
    """Make work-lists from leads."""
    EXPORT = "worklists.export"
    """Take lists out as XLSX (rule 23)."""
