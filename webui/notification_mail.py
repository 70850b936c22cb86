"""E-mails about notifications, in the language of whoever gets them."""

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


def notification_way(settings: Settings, send: SendMail) -> Deliver:
    """What delivers the outbox messages of kind ``notification`` through ``send``."""
    words = Flask(__name__)
    i18n.install(words, settings)

    def deliver(database: Database, message: Outgoing, now: datetime) -> None:
        if not settings.sends_mail:
            raise Undeliverable("mail_is_off")
        with database.reading() as session:
            letter = letter_about(session, message.ref_id or 0)
        if letter is None:
            raise Undeliverable("not_wanted")
        with words.app_context(), force_locale(letter.locale):
            subject, body = _said(settings, letter)
        send(mail_to(settings, message, to=letter.address, subject=subject, body=body, date=now))

    return deliver


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
    if settings.public_url:
        lines += ["", f"{settings.public_url}/tasks/{letter.task_id}"]
        lines += ["", _("Какие письма приходят, вы выбираете здесь:"),
                  f"{settings.public_url}/notifications/mail"]  # fmt: skip
    return subject, "\n".join(lines) + "\n"
