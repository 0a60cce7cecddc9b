"""Redaction of secrets: which settings are secret, and their removal from text that is shown."""

import re
from collections.abc import Iterable
from urllib.parse import unquote

MASK = "***"

_SECRET_NAME = re.compile(r"passw|pwd|secret|token|key|credential", re.IGNORECASE)
_PUBLIC_NAMES = frozenset({"token-refresh-enabled"})
_USERINFO = re.compile(r"(?P<head>\w[\w+.-]*://[^/@\s:]*):(?P<secret>[^/\s]*)@")
_QUERY = re.compile(r"(?P<head>[?&;](?P<name>[^=&;#\s]+)=)(?P<secret>[^&;#\s]*)")


def is_secret(name: str) -> bool:
    """Whether a catalog property of that name holds a secret. In doubt it does."""
    return name.lower() not in _PUBLIC_NAMES and bool(_SECRET_NAME.search(name))


def mask_uri(uri: str) -> str:
    """Return the URI with its password and its secret query parameters masked."""

    def mask_parameter(match: re.Match[str]) -> str:
        return f"{match['head']}{MASK}" if is_secret(match["name"]) else match[0]

    return _QUERY.sub(mask_parameter, _USERINFO.sub(rf"\g<head>:{MASK}@", uri))


def secrets_in_uri(uri: str) -> set[str]:
    """The secret parts of a URI, each as written and percent-decoded."""
    found = {match["secret"] for match in _USERINFO.finditer(uri)}
    found |= {match["secret"] for match in _QUERY.finditer(uri) if is_secret(match["name"])}
    return {form for secret in found if secret for form in (secret, unquote(secret))}


def redact(text: str, secrets: Iterable[str]) -> str:
    """Return the text with every secret masked; the longest first, so that no part of a longer one remains.

    Secrets of one or two characters are skipped, because they would mask parts of ordinary words; those within a URI
    are still masked.
    """
    for secret in sorted((s for s in secrets if len(s) > 2), key=len, reverse=True):
        text = text.replace(secret, MASK)
    return mask_uri(text)
