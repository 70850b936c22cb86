"""What happens to vehicles. As with clients, the journal names fields and never their values."""

from dataclasses import dataclass
from typing import ClassVar

from core.journal import Event


@dataclass(frozen=True, kw_only=True)
class AssetCorrected(Event):
    """Some fields of the vehicle were corrected; that also settles «wrong vehicle»."""

    subject: ClassVar[str] = "asset"
    asset_id: int
    fields: tuple[str, ...]
