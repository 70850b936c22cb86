"""The environment, read once and frozen. No other module looks at ``os.environ``."""

import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

_MOST_DAYS = 36_500


class SettingError(ValueError):
    """A setting cannot be used; the message names it and says what is expected."""


@dataclass(frozen=True, kw_only=True)
class Settings:
    """Everything an installation may set; see ``docs/settings.md`` for the meaning of each line."""

    database_url: str
    var_dir: Path
    secret_key: str
    host: str = "127.0.0.1"
    port: int = 8000
    web_workers: int = 2
    web_threads: int = 4
    time_zone: str = "Europe/Moscow"
    """IANA zone of the company, used where neither person nor unit nor client has one."""
    default_locale: str = "ru"
    secure_cookies: bool = False
    """True behind HTTPS: ``Secure`` cookies with the ``__Host-`` prefix and HSTS."""
    trusted_proxies: int = 0
    lease: timedelta = timedelta(seconds=300)
    """How long a claim lasts without a sign of life from the page (rule 8)."""
    idle_session: timedelta = timedelta(hours=4)
    longest_session: timedelta = timedelta(hours=14)
    max_upload_bytes: int = 200 * 1024 * 1024
    """As much as ``importers.guard.Limits`` lets through."""
    max_document_bytes: int = 15 * 1024 * 1024
    """The largest document attached to a task."""
    json_logs: bool = False
    smtp_host: str = ""
    """Mail server; empty: nothing goes out by e-mail."""
    smtp_port: int = 587
    smtp_user: str = ""
    smtp_password: str = field(default="", repr=False)
    smtp_security: str = "starttls"
    """``starttls``, ``tls`` from the first byte, or ``none`` (a server on the same machine)."""
    mail_from: str = ""
    webhook_secret: str = field(default="", repr=False)
    """What calls of other systems are signed with; empty: none goes out."""
    watched_folder: Path | None = None
    """Files put there are loaded by themselves; None: no folder is watched."""
    nightly_folder: Path | None = None
    """Files there are synchronised once a night; None: none are."""
    nightly_at: time = time(3)
    """When, by the clock of the company's zone."""
    forget_files_after: timedelta = timedelta(days=90)
    """How long the personal data of loaded files is kept."""
    public_url: str = ""
    """Where people open the site, for links in e-mails; empty: e-mails hold no links."""

    @property
    def documents_dir(self) -> Path:
        """Where attached documents are kept: never below the static folder."""
        return self.var_dir / "documents"

    @property
    def loads_dir(self) -> Path:
        """Where files of records lie from their upload until they are forgotten."""
        return self.var_dir / "loads"

    @property
    def sends_mail(self) -> bool:
        return bool(self.smtp_host and self.mail_from)

    @property
    def is_sqlite(self) -> bool:
        return self.database_url.startswith("sqlite")

    @classmethod
    def from_environment(cls, environ: Mapping[str, str] | None = None) -> "Settings":
        """Read ``PROZVON_*`` once.

        Raises SettingError, naming the variable, when a value cannot be understood.
        """
        env = os.environ if environ is None else environ
        var_dir = Path(env.get("PROZVON_VAR", "var")).absolute()
        return cls(
            database_url=_database_url(env, var_dir),
            var_dir=var_dir,
            secret_key=env.get("PROZVON_SECRET_KEY") or _kept_secret(var_dir),
            host=env.get("PROZVON_HOST", cls.host),
            port=_integer(env, "PROZVON_PORT", cls.port),
            web_workers=_integer(env, "PROZVON_WEB_WORKERS", cls.web_workers),
            web_threads=_integer(env, "PROZVON_WEB_THREADS", cls.web_threads),
            time_zone=_zone(env.get("PROZVON_TIME_ZONE", cls.time_zone)),
            default_locale=env.get("PROZVON_LOCALE", cls.default_locale),
            secure_cookies=_flag(env, "PROZVON_SECURE_COOKIES"),
            trusted_proxies=_integer(env, "PROZVON_TRUSTED_PROXIES", cls.trusted_proxies),
            lease=timedelta(seconds=_integer(env, "PROZVON_LEASE_SECONDS", 300)),
            max_upload_bytes=_integer(env, "PROZVON_MAX_UPLOAD_BYTES", cls.max_upload_bytes),
            max_document_bytes=_integer(env, "PROZVON_MAX_DOCUMENT_BYTES", cls.max_document_bytes),
            json_logs=_flag(env, "PROZVON_JSON_LOGS"),
            smtp_host=env.get("PROZVON_SMTP_HOST", ""),
            smtp_port=_integer(env, "PROZVON_SMTP_PORT", cls.smtp_port),
            smtp_user=env.get("PROZVON_SMTP_USER", ""),
            smtp_password=env.get("PROZVON_SMTP_PASSWORD", ""),
            smtp_security=_one_of(
                env, "PROZVON_SMTP_SECURITY", cls.smtp_security, ("starttls", "tls", "none")
            ),
            mail_from=env.get("PROZVON_SMTP_FROM", ""),
            webhook_secret=env.get("PROZVON_WEBHOOK_SECRET", ""),
            watched_folder=_folder(env, "PROZVON_WATCHED_FOLDER"),
            nightly_folder=_folder(env, "PROZVON_NIGHTLY_FOLDER"),
            nightly_at=_time(env, "PROZVON_NIGHTLY_AT", cls.nightly_at),
            forget_files_after=_days(env, "PROZVON_FORGET_FILES_AFTER_DAYS", 90),
            public_url=env.get("PROZVON_PUBLIC_URL", "").rstrip("/"),
        )


def _database_url(env: Mapping[str, str], var_dir: Path) -> str:
    url = env.get("PROZVON_DATABASE_URL") or f"sqlite:///{var_dir / 'prozvon.db'}"
    if url.startswith(("postgres://", "postgresql://")):
        return "postgresql+psycopg://" + url.split("://", 1)[1]
    if url.startswith(("sqlite:", "postgresql+psycopg://")):
        return url
    raise SettingError("PROZVON_DATABASE_URL must start with sqlite:// or postgresql://")


def _kept_secret(var_dir: Path) -> str:
    """The signing key of this installation, made at the first start, readable by its owner only."""
    path = var_dir / "secret.key"
    var_dir.mkdir(parents=True, exist_ok=True)
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_text().strip()
    with os.fdopen(descriptor, "w") as file:
        file.write(secret := secrets.token_hex(32))
    return secret


def _integer(env: Mapping[str, str], name: str, default: int) -> int:
    try:
        return int(env.get(name, default))
    except ValueError:
        raise SettingError(f"{name} must be a whole number") from None


def _days(env: Mapping[str, str], name: str, default: int) -> timedelta:
    days = _integer(env, name, default)
    if not 1 <= days <= _MOST_DAYS:
        raise SettingError(f"{name} must be a number of days from 1 to {_MOST_DAYS}")
    return timedelta(days=days)


def _folder(env: Mapping[str, str], name: str) -> Path | None:
    value = env.get(name)
    return Path(value).absolute() if value else None


def _time(env: Mapping[str, str], name: str, default: time) -> time:
    value = env.get(name)
    if not value:
        return default
    try:
        hours, minutes = value.split(":")
        return time(int(hours), int(minutes))
    except ValueError:
        raise SettingError(f"{name} must be a time such as 03:00") from None


def _one_of(env: Mapping[str, str], name: str, default: str, allowed: tuple[str, ...]) -> str:
    value = env.get(name, default).lower()
    if value not in allowed:
        raise SettingError(f"{name} must be one of {', '.join(allowed)}")
    return value


def _flag(env: Mapping[str, str], name: str) -> bool:
    return env.get(name, "").lower() in {"1", "true", "yes", "on"}


def _zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (KeyError, ValueError):
        raise SettingError("PROZVON_TIME_ZONE must be an IANA zone such as Europe/Moscow") from None
    return name
