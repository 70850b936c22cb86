"""The number that lists show: one by which the client may be called."""

from sqlalchemy.orm import Session

from directory.clients.first_phones import first_phones
from directory.clients.models import ContactState
from tests.given import Given


def test_lists_show_no_number_that_nobody_may_call(session: Session) -> None:
    given = Given(session)
    client, stranger = given.client("Куликов", phone=None), given.client("Орлов", phone=None)
    given.phone(client, "+79160000001", state=ContactState.WRONG)
    given.phone(client, "+79160000002", rank=2, do_not_contact=True)
    given.phone(client, "+79160000003", rank=3)
    given.phone(client, "+79160000004", rank=4)
    given.phone(stranger, "+79160000005", state=ContactState.WRONG)
    assert first_phones(session, [client.id, stranger.id]) == {client.id: "+79160000003"}
