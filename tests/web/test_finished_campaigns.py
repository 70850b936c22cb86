"""What a finished campaign leaves is no work to be done: it is shown apart and says why."""

import re
from collections.abc import Callable
from datetime import timedelta

from campaigns.models import CampaignState
from directory.staff.models import Role
from tests.conftest import NOON
from tests.given import Given
from tests.web.conftest import Browser, read_workbook
from worklists.lifecycle import TaskState
from worklists.models.task import TaskKind

BrowserOf = Callable[..., Browser]


def _new(page: str) -> str:
    return page.split('k-new"', 1)[1].split("</section>", 1)[0]


def _count(column: str) -> str:
    return re.findall(r'class="n num"[^>]*>(\d+)<', column)[0]


def test_left_overs_are_counted_apart_on_every_board(
    prepared: Given, browser_of: BrowserOf
) -> None:
    unit = prepared.unit()
    me = prepared.employee("Петрова", unit=unit)
    head = prepared.employee("Орлов", role=Role.SUPERVISOR, unit=unit)
    over, goes_on = prepared.campaign("over"), prepared.campaign("on")
    over.state = CampaignState.FINISHED
    late = NOON - timedelta(days=3)
    for name, values in {
        "Свободный": {},
        "Личный": {"performer": me},
        "Отложенный": {"performer": me, "state": TaskState.DEFERRED},
        "Перезвон": {"performer": me, "kind": TaskKind.CALLBACK},
        "Работа": {"performer": me, "kind": TaskKind.EXTRA},
        "Контроль": {"state": TaskState.ON_CONTROL, "control_by_id": me.id, "control_at": late},
    }.items():
        client = prepared.client(f"{name} завершённой", unit=unit)
        prepared.task(unit=unit, client=client, campaign=over, due_at=late, **values)
    going = prepared.task(unit=unit, client=prepared.client("Идущий", unit=unit), campaign=goes_on,
                          due_at=late, performer=me)  # fmt: skip
    lead, mine = browser_of(head, Role.SUPERVISOR), browser_of(me)

    column = _new(lead.read("/stages"))
    assert _count(column) == "2" and "Работа завершённой" in column and "Идущий" in column
    assert "с просрочкой: 2" in column and "Личный завершённой" not in column
    apart = _new(lead.read("/stages?campaign=finished"))
    assert _count(apart) == "4" and apart.count("кампания завершена") == 4
    assert "txt-danger" not in apart and "Работа завершённой" not in apart
    by_name = _new(lead.read(f"/stages?campaign={over.id}"))
    assert _count(by_name) == "5" and "с просрочкой: 1" in by_name

    queue = dict(re.findall(r'part=(\w+)">(\d+)</a>', lead.read("/queue")))
    assert queue["campaign_finished"] == "4"
    tabs = dict(re.findall(r'tab=(\w+)"[^>]*>[^<]*<span class="n num[^"]*">(\d+)<',
                           lead.read("/dispatch")))  # fmt: skip
    assert tabs["left_over"] == "4" and tabs["overdue"] == "2" and tabs["at_risk"] == "0"
    assert "Отменить задачи" in lead.read("/dispatch?tab=left_over")
    titles, petrova = (read_workbook(lead.get("/team.xlsx"))[row] for row in (0, 2))
    told = dict(zip(titles, petrova, strict=True))
    assert (told["Сотрудник"], told["Просрочено"], told["Перезвонов сегодня"]) == ("Петрова", 2, 0)

    beside = mine.read(f"/tasks/{going.id}").split('id="queue"', 1)[1].split("</section>\n", 1)[0]
    assert "Идущий" in beside and "Работа завершённой" in beside and "Контроль" in beside
    for name in ("Свободный", "Личный", "Отложенный", "Перезвон"):
        assert f"{name} завершённой" not in beside
    own, free = mine.read("/my").split('id="available"', 1)
    assert own.count(">Кампания завершена<") == 3 and "Свободный" not in free


def test_without_finished_campaigns_nothing_speaks_of_them(
    prepared: Given, browser_of: BrowserOf
) -> None:
    unit = prepared.unit()
    prepared.task(unit=unit)
    browser = browser_of(prepared.employee(role=Role.SUPERVISOR, unit=unit), Role.SUPERVISOR)
    assert "авершённых кампаний" not in browser.read("/stages")
    assert "campaign=finished" not in browser.read("/stages")
    assert "left_over" not in browser.read("/dispatch")
