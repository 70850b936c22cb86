"""What may be chosen in the outcome form of one task."""

from collections.abc import Sequence
from dataclasses import dataclass

from campaigns.result_codes import AcquisitionChoice, CodeChoice, acquisition_ways, codes_for
from directory.clients.models import ContactPoint
from webui.i18n import locale_code
from webui.requests import session
from webui.service.slot_pick import slot_pick
from worklists.offered import bookable_and_units, performers_for
from worklists.presets import presets_for
from worklists.task_page import OtherTask, TaskPage


@dataclass(frozen=True, kw_only=True)
class Offer:
    """What may be chosen in the form of one task."""

    codes: Sequence[CodeChoice]
    ways: Sequence[AcquisitionChoice]
    phones: Sequence[ContactPoint]
    others: Sequence[OtherTask]
    workshops: Sequence[tuple[int, str]]
    units: Sequence[tuple[int, str]]
    presets: Sequence[tuple[int, str]]
    """What other units are usually asked, ready to be sent."""
    performers: Sequence[tuple[int, str]]
    planned: frozenset[int]
    """The workshops that are booked by their capacity."""

    def kinds_of(self, workshop_id: int | None) -> Sequence[tuple[int, str]]:
        """What a workshop that is booked by its capacity does; asked when one is chosen."""
        return slot_pick(workshop_id, None, None).kinds if workshop_id in self.planned else ()

    def code(self, result_code_id: int | None) -> CodeChoice | None:
        """The offered code with this id."""
        return next((c for c in self.codes if c.result_code_id == result_code_id), None)


def offer_for(page: TaskPage) -> Offer:
    """What may be chosen for this task now, in the language of the page."""
    workshops, units, planned = bookable_and_units(session(), near_id=page.unit.id)
    return Offer(
        codes=codes_for(session(), page.campaign.id, locale=locale_code()),
        ways=acquisition_ways(session(), locale=locale_code()),
        phones=page.phones,
        others=page.others,
        workshops=workshops,
        units=units,
        presets=presets_for(session(), page.unit.id),
        performers=performers_for(session(), page.unit.id),
        planned=planned,
    )
