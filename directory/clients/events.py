"""What happens to clients.

The journal cannot be changed and a person may ask to be forgotten (promise P34): events name the
fields and the contact points, never the names and numbers themselves.
"""

from dataclasses import dataclass
from typing import ClassVar

from core.journal import Event


@dataclass(frozen=True, kw_only=True)
class ClientCorrected(Event):
    """Some fields of the client were corrected."""

    subject: ClassVar[str] = "client"
    client_id: int
    fields: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class ContactPointAdded(Event):
    """A phone or another contact point was added by hand."""

    subject: ClassVar[str] = "client"
    client_id: int
    contact_point_id: int


@dataclass(frozen=True, kw_only=True)
class ContactPointMarked(Event):
    """A contact point was confirmed, found to be wrong, or put back to unconfirmed."""

    subject: ClassVar[str] = "client"
    client_id: int
    contact_point_id: int
    from_state: str
    to_state: str


@dataclass(frozen=True, kw_only=True)
class ContactPointForbidden(Event):
    """The client asked not to be contacted by this contact point."""

    subject: ClassVar[str] = "client"
    client_id: int
    contact_point_id: int
    reason: str
    source: str | None = None
    """The list that bans it; None: a person does."""


@dataclass(frozen=True, kw_only=True)
class ContactPointAllowed(Event):
    """The ban on a contact point was lifted: a separate act with a reason (rule 14)."""

    subject: ClassVar[str] = "client"
    client_id: int
    contact_point_id: int
    reason: str
    source: str | None = None
    """The list whose load was taken back; None: a person allows it."""


@dataclass(frozen=True, kw_only=True)
class ContactPointPlaced(Event):
    """The number's owner lives in this zone; None: nobody knows."""

    subject: ClassVar[str] = "client"
    client_id: int
    contact_point_id: int
    time_zone: str | None


@dataclass(frozen=True, kw_only=True)
class ClientsMerged(Event):
    """Another card of this client was merged into it; its own journal stays with the double."""

    subject: ClassVar[str] = "client"
    client_id: int
    double_id: int
    merge_id: int


@dataclass(frozen=True, kw_only=True)
class ClientMergedAway(Event):
    """This card was found to be a double: what it had belongs to the kept client."""

    subject: ClassVar[str] = "client"
    client_id: int
    kept_id: int
    merge_id: int


@dataclass(frozen=True, kw_only=True)
class ClientMergeUndone(Event):
    """The two cards are two clients again; written for both."""

    subject: ClassVar[str] = "client"
    client_id: int
    merge_id: int
    came_back: int
    stayed: int
