"""Open tasks follow the client's time zone when it is corrected (rule 12)."""

from sqlalchemy import func, update
from sqlalchemy.orm import Session

from directory.clients.contact_points import zone_of_client
from worklists.lifecycle import OPEN
from worklists.models.task import Task


def follow_client_zone(session: Session, client_id: int) -> None:
    """Judge the calling window of the client's open tasks in the zone known now.

    A client whose zone nobody knows any more keeps the last one. The tasks get no new version:
    whoever has one open is not disturbed.
    """
    session.flush()
    session.execute(
        update(Task)
        .where(Task.client_id == client_id, Task.state.in_(OPEN))
        .values(time_zone=func.coalesce(zone_of_client(Task.client_id), Task.time_zone))
        .execution_options(synchronize_session=False)
    )
