"""Words of cells that say what a client refuses, or that the client refuses nothing. Pure.

A list of refusals errs to the side of silence: what is not understood as a whole forbids calls.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum, StrEnum

from directory.clients.models import Channel, RefusalScope
from importers.columns import heading_norm


class RefusedPurpose(StrEnum):
    """A purpose of contact that lists name without naming a campaign; its key."""

    MAINTENANCE = "maintenance"
    LOST = "lost"
    RECALL = "recall"


class NotRefused(StrEnum):
    """«Нет» in the column «Не звонить»."""

    NO = "no"


_SPELLINGS: Mapping[Enum, str] = {
    RefusalScope.ALL: (
        "все|все звонки|любые|любые звонки|полный|полный отказ|от всего|всех|не звонить|"
        "не беспокоить|черный список|да|всі|усі|усе|так|повна відмова|не дзвонити|all|"
        "everything|any|full|yes|true|do not call|do not contact|dnc|1|истина|x|х|v|"
        "запрет|запрещено|нельзя|отказ|отказался|отказалась|отзыв согласия|согласие отозвано|"
        "звонки и смс|звонки и sms|смс и звонки|sms и звонки|звонки смс|звонки sms"
    ),
    RefusalScope.CHANNEL: (
        "телефон|по телефону|звонки|звонок|звонки по телефону|дзвінки|по каналу|канал|phone|"
        "calls|call|by phone|voice|только звонки|только телефон|только по телефону"
    ),
    RefusalScope.PURPOSE: (
        "реклама|рекламные|рекламные звонки|цель|по цели|маркетинг|акции|предложения|"
        "по этой теме|тема|рекламні|мета|маркетингові|purpose|marketing|promo|advertising|ads|"
        "только реклама"
    ),
    RefusalScope.ASSET: (
        "автомобиль|по автомобилю|авто|по этому автомобилю|машина|а м|продал автомобиль|"
        "автомобіль|по автомобілю|vehicle|car|asset"
    ),
    Channel.SMS: (
        "смс|sms|только смс|только sms|по смс|по sms|от смс|от sms|смс рассылка|sms рассылка|"
        "рассылка смс|рассылка sms|смс сообщения|sms сообщения|text messages"
    ),
    Channel.EMAIL: (
        "e mail|email|mail|имейл|почта|эл почта|электронная почта|только e mail|только email|"
        "только почта|по e mail|по email|по почте|письма|e mail рассылка|email рассылка|пошта|"
        "електронна пошта"
    ),
    Channel.MESSENGER: (
        "мессенджер|мессенджеры|только мессенджеры|месенджер|месенджери|messenger|messengers|"
        "whatsapp|telegram|viber|вотсап"
    ),
    RefusedPurpose.MAINTENANCE: (
        "то|по то|только то|только по то|звонки по то|звонки о то|не звонить по то|"
        "не звонить о то|техобслуживание|по техобслуживанию|техническое обслуживание|"
        "приглашения на то|maintenance|service calls"
    ),
    RefusedPurpose.LOST: "потерянные клиенты|возврат клиентов|возвращение клиентов",
    RefusedPurpose.RECALL: (
        "отзывная кампания|отзывные кампании|по отзывной кампании|по отзывным кампаниям|recall"
    ),
    NotRefused.NO: (
        "нет|no|false|0|ложь|ні|немає|можно|можно звонить|звонить можно|разрешено|не запрещено|"
        "без ограничений|ничего|ни от чего|нічого"
    ),
}
_BY_WORD: Mapping[str, Enum] = {
    heading_norm(one): meant for meant, told in _SPELLINGS.items() for one in told.split("|")
}
_MARKS = frozenset("+✓✔☑")
_BLANK = frozenset({"-", "–", "—", "?", "н/д", "n/a"})


_POLITE = frozenset({"просит", "просил", "просила", "прошу", "пожалуйста", "больше", "никогда"})
_SENDING = frozenset(
    {
        "присылать", "присылайте", "писать", "пишите", "слать", "шлите", "отправлять",
        "отправляйте", "надсилати", "писати",
    }
)  # fmt: skip


def is_blank_refusal(text: str) -> bool:
    """Whether the cell only fills its place; «нет» and «0» say something here."""
    return not text or text.casefold() in _BLANK


def read_refusal(text: str) -> tuple[Enum | None, bool]:
    """What is refused (None: the words are not understood), and whether that is all they say.

    A day beside the words is no part of it. Words that would leave calls allowed count only alone.
    """
    if text in _MARKS:
        return RefusalScope.ALL, True
    words = heading_norm(text[:200]).replace("по поводу", "по").split()
    words = [word for word in words if word not in _POLITE] or words
    not_sent = _not_to_be_sent(words)
    if not_sent is not None:
        return not_sent, True
    for end in range(len(words), 0, -1):
        meant = _BY_WORD.get(" ".join(words[:end]))
        if meant is not None:
            is_whole = not any(any(map(str.isalpha, word)) for word in words[end:])
            return (
                (meant, is_whole) if is_whole or isinstance(meant, RefusalScope) else (None, False)
            )
    return None, False


def _not_to_be_sent(words: list[str]) -> Channel | None:
    """«Не присылать смс», «не писать в мессенджеры»: nothing but channels beside the sending."""
    if "не" not in words or _SENDING.isdisjoint(words):
        return None
    others = [word for word in words if word not in _SENDING and word not in ("не", "в", "на", "и")]
    meant = [_BY_WORD.get(word) for word in others]
    channels = [one for one in meant if isinstance(one, Channel)]
    return channels[0] if channels and len(channels) == len(meant) else None
