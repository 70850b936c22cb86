"""Every registration on one page: who may do what, and what runs by the clock."""

from collections.abc import Mapping

from campaigns.permissions import CampaignPermission
from core.access import Permission
from core.schedule import Job
from directory.permissions import DirectoryPermission
from directory.staff import housekeeping
from directory.staff.models import Role
from importers.permissions import ImportPermission
from worklists import jobs
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
    WorkPermission.BOOK_SERVICE,
    WorkPermission.DISPATCH,
    WorkPermission.EXPORT,
    DirectoryPermission.MANAGE_ABSENCES,
}

GRANTS: Mapping[Role, frozenset[Permission]] = {
    Role.OPERATOR: _WORK,
    Role.MANAGER: _WORK
    | {WorkPermission.BOOK_SERVICE, WorkPermission.EXPORT, DirectoryPermission.EDIT_CLIENTS,
       ImportPermission.LOAD, WorkPermission.FORM},
    Role.SUPERVISOR: _LEAD | {ImportPermission.LOAD, WorkPermission.FORM},
    Role.HEAD: _LEAD
    | {ImportPermission.LOAD, WorkPermission.FORM, CampaignPermission.MANAGE_RESULTS,
       CampaignPermission.MANAGE_CONTACT_CAPS, DirectoryPermission.MANAGE_CALENDARS},
    Role.ANALYST: frozenset(
        {DirectoryPermission.SEE_CLIENTS, WorkPermission.SEE, WorkPermission.EXPORT}
    ),
    Role.ADMINISTRATOR: frozenset(
        {*DirectoryPermission, CampaignPermission.MANAGE_RESULTS,
         CampaignPermission.MANAGE_CONTACT_CAPS, WorkPermission.SEE}
    ),
}  # fmt: skip

JOBS: tuple[Job, ...] = (*jobs.JOBS, *housekeeping.JOBS)
