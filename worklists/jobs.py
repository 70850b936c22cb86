"""What runs by the clock in this package."""

from datetime import timedelta
from functools import partial

from core.schedule import Job
from worklists.bookings.taking import forget_holds
from worklists.dispatch.housekeeping import forget_drafts
from worklists.escalation.sweep import EVERY, escalate
from worklists.expiry import expire_tasks
from worklists.forming_orders import LONGEST, form_what_was_asked
from worklists.households import measure_households_by_clock
from worklists.leases import LONGEST_LEASE
from worklists.merging.late import gather_late_rows
from worklists.missed import miss_callbacks
from worklists.plan_sweep import run_plans
from worklists.selection_fields import CATALOGUE
from worklists.sweeps import (
    notice_due_control,
    notice_overdue,
    release_run_out_leases,
    return_deferred,
)
from worklists.undo_images import forget_undos


def jobs_for(longest_lease: timedelta) -> tuple[Job, ...]:
    """The jobs of an installation whose leases last ``longest_lease``: no longer one is valid."""
    return (
        Job("return deferred tasks", timedelta(seconds=1), return_deferred),
        Job(
            "release run-out leases",
            timedelta(seconds=5),
            partial(release_run_out_leases, longest=longest_lease),
        ),
        Job("notice due control", timedelta(seconds=5), notice_due_control),
        Job("notice overdue tasks", timedelta(seconds=60), notice_overdue),
        Job("expire tasks", timedelta(seconds=60), expire_tasks),
        Job("measure households", timedelta(minutes=10), measure_households_by_clock),
        Job("gather late rows of doubles", timedelta(minutes=5), gather_late_rows),
        Job("forget undos", timedelta(seconds=60), forget_undos),
        Job("forget held times", timedelta(minutes=10), forget_holds),
        Job("forget dry runs", timedelta(minutes=10), forget_drafts),
    )


def jobs_in_zone(default_zone: str) -> tuple[Job, ...]:
    """The jobs that reckon in days and hours; the IANA zone is that of units without their own."""
    miss = partial(miss_callbacks, default_zone=default_zone)
    plans = partial(run_plans, default_zone=default_zone, catalogue=CATALOGUE)
    form = partial(form_what_was_asked, default_zone=default_zone)
    return (
        Job("escalate", EVERY, partial(escalate, default_zone=default_zone)),
        Job("notice missed callbacks", timedelta(seconds=60), miss),
        Job("run selections by the clock", timedelta(seconds=30), plans, longest=LONGEST),
        Job("form work-lists asked for", timedelta(seconds=2), form, longest=LONGEST),
    )


JOBS = jobs_for(LONGEST_LEASE)
