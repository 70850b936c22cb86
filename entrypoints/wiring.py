"""Every registration on one page: who may do what, and what runs by the clock."""

from collections.abc import Mapping
from datetime import timedelta
from functools import partial

from campaigns.permissions import CampaignPermission
from core.access import Permission
from core.mail import smtp_sender
from core.outbox import forget_settled, send_due
from core.schedule import Job
from core.settings import Settings
from core.webhooks import WEBHOOK_KIND, webhook_way
from directory.assets import forecast_sweep
from directory.permissions import DirectoryPermission
from directory.staff import housekeeping
from directory.staff.models import Role
from importers.loads import working
from importers.permissions import ImportPermission
from selections.permissions import SelectionPermission
from webui.notification_mail import effect_mail_way, notification_way
from worklists import jobs
from worklists.card import jobs as card_jobs
from worklists.card.mail_choices import MAIL_KIND
from worklists.outcome_effects import EFFECT_MAIL_KIND
from worklists.permissions import WorkPermission

_WORK = frozenset(
    {
        DirectoryPermission.SEE_CLIENTS,
        WorkPermission.SEE,
        WorkPermission.WORK,
        WorkPermission.INVOLVE,
    }
)
_LEAD = _WORK | {
    DirectoryPermission.EDIT_CLIENTS,
    DirectoryPermission.MERGE_CLIENTS,
    WorkPermission.BOOK_SERVICE,
    WorkPermission.DISPATCH,
    WorkPermission.EXPORT,
    DirectoryPermission.MANAGE_ABSENCES,
    WorkPermission.MANAGE_PRESETS,
}

GRANTS: Mapping[Role, frozenset[Permission]] = {
    Role.OPERATOR: _WORK,
    Role.MANAGER: _WORK
    | {WorkPermission.BOOK_SERVICE, WorkPermission.EXPORT, DirectoryPermission.EDIT_CLIENTS,
       ImportPermission.LOAD, WorkPermission.FORM, SelectionPermission.RUN},
    Role.SUPERVISOR: _LEAD
    | {ImportPermission.LOAD, WorkPermission.FORM, SelectionPermission.RUN},
    Role.HEAD: _LEAD
    | {ImportPermission.LOAD, WorkPermission.FORM, CampaignPermission.MANAGE_RESULTS,
       CampaignPermission.MANAGE_CONTACT_CAPS, CampaignPermission.MANAGE_CAMPAIGNS,
       DirectoryPermission.MANAGE_CALENDARS, DirectoryPermission.MANAGE_WORKSHOPS,
       WorkPermission.MANAGE_ESCALATION, SelectionPermission.DEFINE, SelectionPermission.RUN},
    Role.ANALYST: frozenset(
        {DirectoryPermission.SEE_CLIENTS, WorkPermission.SEE, WorkPermission.EXPORT}
    ),
    Role.ADMINISTRATOR: frozenset(
        {*DirectoryPermission, CampaignPermission.MANAGE_RESULTS,
         CampaignPermission.MANAGE_CONTACT_CAPS, CampaignPermission.MANAGE_CAMPAIGNS,
         WorkPermission.SEE, WorkPermission.MANAGE_ESCALATION,
         WorkPermission.MANAGE_PRESETS}
    ),
}  # fmt: skip

JOBS: tuple[Job, ...] = (
    *jobs.JOBS,
    *housekeeping.JOBS,
    Job("forget settled messages", timedelta(hours=6), forget_settled),
)
"""What every installation runs."""


def jobs_of(settings: Settings) -> tuple[Job, ...]:
    """Everything that runs by the clock in an installation with these settings."""
    send = smtp_sender(settings)
    load = partial(working.work_on_loads, folder=settings.loads_dir, zone=settings.time_zone)
    ways = {
        MAIL_KIND: notification_way(settings, send),
        EFFECT_MAIL_KIND: effect_mail_way(settings, send),
        WEBHOOK_KIND: webhook_way(settings),
    }
    return (
        *JOBS,
        *jobs.jobs_in_zone(settings.time_zone),
        *forecast_sweep.jobs_in_zone(settings.time_zone),
        *card_jobs.jobs_for(settings.documents_dir),
        *(Job(lane, timedelta(seconds=2), load, longest=working.LONGEST) for lane in working.LANES),
        Job("send what is due", timedelta(seconds=5), partial(send_due, ways=ways)),
    )
