"""Handing one e-mail to the mail server that the settings name (P40: no header comes from data)."""

import smtplib
import ssl
from collections.abc import Callable
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from hashlib import sha256

from core.outbox import NotNow, Outgoing, Undeliverable
from core.settings import Settings

TIMEOUT_SECONDS = 10.0
"""A server that is silent for so long is taken for down; less than the ticker's patience."""

SendMail = Callable[[EmailMessage], None]


def mail_to(
    settings: Settings, message: Outgoing, *, to: str, subject: str, body: str, date: object
) -> EmailMessage:
    """The e-mail of this message; its Message-ID is the same at every try.

    Raises Undeliverable for an address or a subject that cannot stand in a header.
    """
    mail = EmailMessage(policy=SMTP)
    try:
        mail["From"] = Address(addr_spec=settings.mail_from)
        mail["To"] = Address(addr_spec=to)
        mail["Subject"] = subject
    except (ValueError, IndexError) as error:
        raise Undeliverable("invalid_header") from error
    domain = settings.mail_from.rpartition("@")[2]
    mail["Message-ID"] = f"<{sha256(message.key.encode()).hexdigest()[:32]}@{domain}>"
    mail["Date"] = format_datetime(date)  # type: ignore[arg-type]
    mail["Auto-Submitted"] = "auto-generated"
    mail.set_content(body)
    return mail


def smtp_sender(settings: Settings) -> SendMail:
    """What sends through the server of these settings; raises Undeliverable and NotNow."""

    def send(mail: EmailMessage) -> None:
        try:
            with _connected(settings) as server:
                server.send_message(mail)
        except smtplib.SMTPRecipientsRefused as error:
            code = max((code for code, _ in error.recipients.values()), default=450)
            raise _refusal(code) from error
        except smtplib.SMTPAuthenticationError as error:
            raise NotNow("sign_in_refused", is_down=True) from error
        except smtplib.SMTPResponseException as error:
            raise _refusal(error.smtp_code) from error
        except (OSError, smtplib.SMTPException) as error:
            raise NotNow("server_unreachable", is_down=True) from error

    return send


def _connected(settings: Settings) -> smtplib.SMTP:
    host, port = settings.smtp_host, settings.smtp_port
    if settings.smtp_security == "tls":
        context = ssl.create_default_context()
        server: smtplib.SMTP = smtplib.SMTP_SSL(
            host, port, timeout=TIMEOUT_SECONDS, context=context
        )
    else:
        server = smtplib.SMTP(host, port, timeout=TIMEOUT_SECONDS)
    try:
        if settings.smtp_security == "starttls":
            server.starttls(context=ssl.create_default_context())
        if settings.smtp_user:
            server.login(settings.smtp_user, settings.smtp_password)
    except BaseException:
        server.close()
        raise
    return server


def _refusal(code: int) -> Undeliverable | NotNow:
    """5xx will not change by waiting, everything else may."""
    if 500 <= code < 600:
        return Undeliverable(f"smtp_{code}")
    return NotNow(f"smtp_{code}")
