"""E-mails about notifications, in the language of whoever gets them."""

from collections.abc import Sequence
from datetime import datetime

from flask import Flask
from flask_babel import force_locale
from flask_babel import gettext as _

from core.db import Database
from core.mail import SendMail, mail_to
from core.outbox import Deliver, Outgoing, Undeliverable
from core.settings import Settings
from webui import i18n
from webui.labels.notices import NOTICES, OTHER_NOTICE
from worklists.card.mail_choices import Letter, letter_about
from worklists.escalation.digests import DIGEST
from worklists.escalation.seen import DigestLine, digest_lines

_LISTED = 50
"""Tasks of a digest that its letter names."""


def notification_way(settings: Settings, send: SendMail) -> Deliver:
    """What delivers the outbox messages of kind ``notification`` through ``send``."""
    words = Flask(__name__)
    i18n.install(words, settings)

    def deliver(database: Database, message: Outgoing, now: datetime) -> None:
        if not settings.sends_mail:
            raise Undeliverable("mail_is_off")
        with database.reading() as session:
            letter = letter_about(session, message.ref_id or 0)
            is_digest = letter is not None and letter.kind == DIGEST
            lines = digest_lines(session, message.ref_id or 0, limit=_LISTED) if is_digest else ()
        if letter is None:
            raise Undeliverable("not_wanted")
        with words.app_context(), force_locale(letter.locale):
            said = _digest(settings, letter, lines, message.ref_id or 0) if is_digest else None
            subject, body = said or _said(settings, letter)
        send(mail_to(settings, message, to=letter.address, subject=subject, body=body, date=now))

    return deliver


def _digest(
    settings: Settings, letter: Letter, tasks: Sequence[DigestLine], notification_id: int
) -> tuple[str, str]:
    """One letter about all that escalated, without a word of the clients."""
    what = str(NOTICES[DIGEST][0])
    subject = _("%(what)s: задач %(num)s", what=what, num=letter.tasks)
    lines = [f"{subject}.", ""]
    lines += [
        _("Задача № %(id)s, %(campaign)s, %(unit)s.", id=task.task_id, campaign=task.campaign,
          unit=task.unit) for task in tasks
    ]  # fmt: skip
    if letter.tasks > len(tasks) == _LISTED:
        lines.append(_("И ещё: %(num)s.", num=letter.tasks - len(tasks)))
    page = f"/escalations?digest={notification_id}"
    return subject, "\n".join(lines + _links(settings, page)) + "\n"


def _links(settings: Settings, page: str) -> list[str]:
    if not settings.public_url:
        return []
    where = _("Какие письма приходят, вы выбираете здесь:")
    return ["", f"{settings.public_url}{page}", "", where,
            f"{settings.public_url}/notifications/mail"]  # fmt: skip


def effect_mail_way(settings: Settings, send: SendMail) -> Deliver:
    """What delivers the e-mails that a result of a call sends to an address."""
    words = Flask(__name__)
    i18n.install(words, settings)

    def deliver(database: Database, message: Outgoing, now: datetime) -> None:
        if not settings.sends_mail:
            raise Undeliverable("mail_is_off")
        told = message.payload
        with words.app_context(), force_locale(settings.default_locale):
            subject = _("%(what)s: задача № %(id)s", what=told["result"], id=told["task_id"])
            lines = [f"{told['campaign']}: {told['result']}", "", told["text"]]
        if settings.public_url:
            lines += ["", f"{settings.public_url}/tasks/{told['task_id']}"]
        body = "\n".join(lines) + "\n"
        mail = mail_to(settings, message, to=told["address"], subject=subject, body=body, date=now)
        send(mail)

    return deliver


def _said(settings: Settings, letter: Letter) -> tuple[str, str]:
    """Nothing of the client: e-mail travels further than the page."""
    what = str(NOTICES.get(letter.kind, OTHER_NOTICE)[0])
    subject = _("%(what)s: задача № %(id)s", what=what, id=letter.task_id)
    lines = [
        f"{what}.",
        "",
        _("Задача № %(id)s, %(campaign)s, %(unit)s.", id=letter.task_id,
          campaign=letter.campaign, unit=letter.unit),
    ]  # fmt: skip
    return subject, "\n".join(lines + _links(settings, f"/tasks/{letter.task_id}")) + "\n"
