"""The one table of allowed transitions (rule 6)."""

from itertools import product

import pytest

from worklists.lifecycle import (
    CLOSED,
    OPEN,
    TRANSITIONS,
    WAITING,
    StepRefused,
    TaskAction,
    TaskState,
    actions_from,
    after,
    sources_of,
)


@pytest.mark.parametrize(("state", "action"), list(product(TaskState, TaskAction)))
def test_what_the_table_does_not_name_is_refused_with_what_is_allowed(
    state: TaskState, action: TaskAction
) -> None:
    if (state, action) in TRANSITIONS:
        assert after(state, action) is TRANSITIONS[state, action]
        return
    with pytest.raises(StepRefused) as refused:
        after(state, action)
    assert (refused.value.state, refused.value.action) == (state, action)
    assert refused.value.allowed == actions_from(state)


def test_the_guards_of_statements_come_from_the_same_table() -> None:
    for state, action in product(TaskState, TaskAction):
        assert (state in sources_of(action)) == ((state, action) in TRANSITIONS)


def test_only_what_waits_can_be_taken_and_only_reopening_leaves_a_closed_state() -> None:
    assert sources_of(TaskAction.TAKE) == WAITING
    assert sources_of(TaskAction.REOPEN) <= CLOSED
    for state in CLOSED:
        assert set(actions_from(state)) <= {TaskAction.REOPEN}


def test_every_open_state_can_still_be_closed() -> None:
    reachable = {state: {TRANSITIONS[state, a] for a in actions_from(state)} for state in OPEN}
    assert all(reachable[state] & CLOSED for state in OPEN)
