"""A statement that takes too long is given up, and the transaction goes on."""

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from core.patience import TookTooLong, patience

_ENDLESS = text(
    "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 100000000) "
    "SELECT count(*) FROM n"
)


def test_what_takes_too_long_is_given_up_and_the_rest_goes_on(session: Session) -> None:
    with pytest.raises(TookTooLong), patience(session, 0.2):
        session.scalar(_ENDLESS)
    with patience(session, 5):
        assert session.scalar(text("SELECT 1")) == 1
    # The limit is gone: this takes longer than the first one might.
    assert session.scalar(text("SELECT 2")) == 2
