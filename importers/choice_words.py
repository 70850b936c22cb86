"""Words of cells that stand for one of a few values: a status, a kind of client."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum

from directory.clients.models import ClientKind
from directory.visits.models import RecommendationStatus, VisitStatus
from importers.columns import heading_norm
from importers.fields import Field
from importers.problems import RowProblemCode

_SPELLINGS: Mapping[Field, Mapping[Enum, str]] = {
    Field.VISIT_STATUS: {
        VisitStatus.DONE: (
            "закрыт|закрыто|закрытый|выполнен|выполнено|завершен|завершено|оплачен|оплачено|выдан|"
            "выдан клиенту|готов|исполнен|проведен|закончен|работы завершены|виконано|виконаний|"
            "закрито|закритий|завершений|видано|done|closed|complete|completed|invoiced|finished|"
            "paid|delivered|да|так|yes|1"
        ),
        VisitStatus.OPEN: (
            "в процессе|выполняется|обрабатывается|в процесі|виконується|"
            "открыт|открыто|в работе|в ремонте|новый|начат|ожидание|ожидает|заявка|принят|"
            "не закрыт|запись|записан|предварительный|черновик|в очереди|диагностика|согласование|"
            "ожидание запчастей|приостановлен|не выполнен|відкрито|відкритий|в роботі|чернетка|"
            "очікує|запис|open|opened|in progress|new|pending|wip|started|scheduled|draft|нет|0"
        ),
        VisitStatus.CANCELLED: (
            "отменен|отменено|отмена|аннулирован|удален|отказ|не состоялся|не приехал|помечен|"
            "помечен на удаление|скасовано|скасований|відміна|видалено|cancelled|canceled|void|"
            "voided|deleted|no show"
        ),
    },
    Field.ADVICE_STATUS: {
        RecommendationStatus.DONE: (
            "выполнена|выполнено|сделано|сделана|выполнен|устранено|завершено|закрыто|закрыта|"
            "виконано|зроблено|усунено|done|completed|complete|closed|fixed|sold|да|так|yes|1"
        ),
        RecommendationStatus.OPEN: (
            "не выполнена|не выполнено|не сделано|открыта|открыто|рекомендовано|отложено|новая|"
            "отложена|перенесено|подумает|в работе|актуально|не устранено|ожидает|не виконано|"
            "відкрито|відкладено|рекомендується|open|opened|deferred|advised|recommended|pending|"
            "new|нет|ні|no|0"
        ),
        RecommendationStatus.DECLINED: (
            "отказ|отказ клиента|клиент отказался|отклонена|отклонено|отказался|не нужно|не будет|"
            "снята|снято|неактуально|не актуально|відмова|відхилено|клієнт відмовився|declined|"
            "rejected|refused|cancelled|canceled|lost"
        ),
    },
    Field.CLIENT_KIND: {
        ClientKind.PERSON: (
            "физ лицо|физлицо|физическое лицо|физическое|физическая|частное лицо|частник|частный|"
            "фл|физ|физик|розница|фізособа|фізична особа|фізична|фо|приватна особа|person|"
            "individual|private|natural person|retail|b2c"
        ),
        ClientKind.SOLE_PROPRIETOR: (
            "ип|индивидуальный предприниматель|чп|пбоюл|предприниматель|фоп|"
            "фізична особа підприємець|підприємець|спд|sole proprietor|sole trader|self employed"
        ),
        ClientKind.LEGAL_ENTITY: (
            "юр лицо|юрлицо|юридическое лицо|юридическое|юл|юр|компания|организация|ооо|ао|"
            "корпоративный|корпоративный клиент|корпоративная|юрособа|юридична особа|юридична|юо|"
            "тов|підприємство|legal entity|company|legal|corporate|business|organization|b2b|fleet"
        ),
    },
}
_BY_WORD: Mapping[Field, Mapping[str, Enum]] = {
    field: {heading_norm(one): member for member, told in words.items() for one in told.split("|")}
    for field, words in _SPELLINGS.items()
}
CHOICES = frozenset(_SPELLINGS)
"""Fields whose cells are such words."""


def read_choice(field: Field, text: str) -> Enum | RowProblemCode:
    """The value that the words stand for; the rest of the cell may be a date or a remark."""
    words = heading_norm(text[:200]).split()
    known = _BY_WORD[field]
    for end in range(len(words), 0, -1):
        found = known.get(" ".join(words[:end]))
        if found is not None:
            return found
    return RowProblemCode.NOT_KNOWN
