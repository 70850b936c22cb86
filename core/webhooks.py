"""Telling another system of what happened: a signed HTTPS request out of the outbox.

Only https, only machines of the internet: the name is resolved once, every address that it has is
judged, and the connection goes to an address that was judged. Redirects are not followed.
"""

import hashlib
import hmac
import http.client
import ipaddress
import json
import re
import socket
import ssl
from collections.abc import Callable
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from core.db import Database
from core.outbox import Deliver, NotNow, Outgoing, Undeliverable
from core.settings import Settings

WEBHOOK_KIND = "webhook"
"""Kind of these messages in the outbox; the payload holds ``url`` and ``body``."""
TIMEOUT_SECONDS = 10.0
_PORTS = frozenset({443, 8443})
_NEVER = frozenset({400, 401, 403, 404, 405, 410, 413, 414, 415, 422})
"""Answers that waiting will not change."""

Post = Callable[[str, bytes, dict[str, str]], int]
"""Posts the body with these headers; returns the status. Raises OSError, HTTPException."""


def check_url(url: str) -> str:
    """The host of an https address that is not evidently private. Raises ValueError.

    Names are resolved and judged again when something is sent there.
    """
    parts = urlsplit(url)
    host = (parts.hostname or "").rstrip(".").lower()
    if parts.scheme != "https" or not host or "@" in parts.netloc or parts.fragment:
        raise ValueError("not https")
    if (parts.port or 443) not in _PORTS or not all("!" <= letter <= "~" for letter in url):
        raise ValueError("odd address")
    try:
        literal = ipaddress.ip_address(host)
    except ValueError:
        if "." not in host or host.endswith((".local", ".internal", ".localhost", ".lan")):
            raise ValueError("private name") from None
        if not re.fullmatch(r"[a-z0-9.-]+", host) or host.rpartition(".")[2].isdecimal():
            raise ValueError("odd name") from None
    else:
        if not is_public(literal):
            raise ValueError("private address")
    return host


def is_public(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> bool:
    """Whether the address is one machine of the internet, wrapped forms of IPv4 included."""
    if isinstance(address, ipaddress.IPv6Address):
        wrapped = address.ipv4_mapped or address.sixtofour
        if wrapped is not None:
            return is_public(wrapped)
        if address.teredo is not None or address in ipaddress.ip_network("64:ff9b::/96"):
            return False
    return address.is_global and not address.is_multicast and not address.is_reserved


def signature(secret: str, body: bytes) -> str:
    """HMAC-SHA256 of the body: who receives it can tell that it comes from here."""
    return "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


def webhook_way(settings: Settings, post: "Post | None" = None) -> Deliver:
    """What delivers the outbox messages of kind ``webhook``."""
    send = post or post_https

    def deliver(database: Database, message: Outgoing, now: datetime) -> None:
        if not settings.webhook_secret:
            raise Undeliverable("webhooks_are_off")
        url = str(message.payload["url"])
        body = _body(message.payload["body"], message.key, now)
        headers = {
            "Content-Type": "application/json",
            "User-Agent": "Prozvon",
            "X-Prozvon-Delivery": message.key,
            "X-Prozvon-Signature": signature(settings.webhook_secret, body),
        }
        try:
            check_url(url)
            status = send(url, body, headers)
        # First: a certificate that cannot be verified is a ValueError as well, and may be mended.
        except (OSError, http.client.HTTPException) as error:
            raise NotNow("unreachable") from error
        except ValueError as error:
            raise Undeliverable("address_not_allowed") from error
        if 200 <= status < 300:
            return
        raise (Undeliverable if status in _NEVER else NotNow)(f"http_{status}")

    return deliver


def post_https(url: str, body: bytes, headers: dict[str, str]) -> int:
    """Post to a judged address of the host. Raises ValueError for a private one, OSError."""
    parts = urlsplit(url)
    host, port = check_url(url), parts.port or 443
    connection = _Pinned(host, port, public_address(host, port))
    try:
        path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        connection.request("POST", path, body=body, headers=headers)
        return connection.getresponse().status
    finally:
        connection.close()


def public_address(host: str, port: int) -> str:
    """An address of the host, all of whose addresses are public. Raises ValueError, OSError."""
    found = [str(info[4][0]) for info in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]
    if not found or not all(is_public(ipaddress.ip_address(one)) for one in found):
        raise ValueError("private address")
    return found[0]


class _Pinned(http.client.HTTPSConnection):
    """Connects to the judged address, and asks for the certificate of the name."""

    def __init__(self, host: str, port: int, address: str) -> None:
        self._tls = ssl.create_default_context()
        super().__init__(host, port, timeout=TIMEOUT_SECONDS, context=self._tls)
        self._address = address

    def connect(self) -> None:
        plain = socket.create_connection((self._address, self.port), TIMEOUT_SECONDS)
        try:
            self.sock = self._tls.wrap_socket(plain, server_hostname=self.host)
        except BaseException:
            plain.close()
            raise


def _body(what: dict[str, Any], key: str, now: datetime) -> bytes:
    told = what | {"delivery": key, "sent_at": now.isoformat()}
    return json.dumps(told, ensure_ascii=False, sort_keys=True).encode()
