"""What may be chosen in the outcome form of one task."""

from collections.abc import Sequence
from dataclasses import dataclass

from campaigns.result_codes import AcquisitionChoice, CodeChoice
from directory.clients.models import ContactPoint
from worklists.task_page import OtherTask


@dataclass(frozen=True, kw_only=True)
class Offer:
    """What may be chosen in the form of one task."""

    codes: Sequence[CodeChoice]
    ways: Sequence[AcquisitionChoice]
    phones: Sequence[ContactPoint]
    others: Sequence[OtherTask]
    workshops: Sequence[tuple[int, str]]
    units: Sequence[tuple[int, str]]
    performers: Sequence[tuple[int, str]]

    def code(self, result_code_id: int | None) -> CodeChoice | None:
        """The offered code with this id."""
        return next((c for c in self.codes if c.result_code_id == result_code_id), None)
