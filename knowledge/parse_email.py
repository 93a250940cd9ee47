"""E-mail files: who wrote to whom, when and about what, then the text; attachments are named, not opened."""

from __future__ import annotations

import email
from email.message import EmailMessage
from email.policy import default
from email.utils import parsedate_to_datetime

from knowledge.contract import Parsed
from knowledge.parse_html import fill as fill_html
from knowledge.parse_outline import Outline
from knowledge.parse_text import fill as fill_text

_HEADERS = ("From", "To", "Cc", "Date", "Subject")
_MOST_PARTS = 200
_HEADER_CHARACTERS = 1_000


def read(content: bytes, name: str) -> Parsed:
    """The message as a reader sees it: its plain text, else the text of its page."""
    message = email.message_from_bytes(content, policy=default)
    outline = Outline()
    outline.text("\n".join(f"{header}: {value}" for header in _HEADERS if (value := _header(message, header))))
    parts = [part for _, part in zip(range(_MOST_PARTS), message.walk(), strict=False)]
    bodies = [part for part in parts if not part.is_multipart() and part.get_content_disposition() != "attachment"]
    plain = [part for part in bodies if part.get_content_type() == "text/plain"]
    pages = [part for part in bodies if part.get_content_type() == "text/html"]
    for part in plain or pages:
        (fill_text if plain else fill_html)(outline, _text(part))
    attached = [part.get_filename() or part.get_content_type() for part in parts if part.get_content_disposition() == "attachment"]
    if attached:
        outline.note(f"attachments were not read: {', '.join(attached[:5])[:200]}; add them as documents of their own")
    return outline.parsed(_header(message, "Subject"))


def _header(message: EmailMessage, name: str) -> str:
    """A header in words; a date as a day that the rest of the library understands."""
    try:
        value = str(message.get(name, ""))
        return (
            parsedate_to_datetime(value).isoformat(sep=" ", timespec="minutes") if name == "Date" and value else value[:_HEADER_CHARACTERS]
        )
    except (ValueError, TypeError, IndexError, AttributeError, KeyError):
        return ""  # a header that breaks its own rules is as good as none


def _text(part: EmailMessage) -> str:
    raw = part.get_payload(decode=True)
    content = raw if isinstance(raw, bytes) else b""
    try:
        return content.decode(part.get_content_charset() or "utf-8")
    except (LookupError, UnicodeDecodeError):
        return content.decode("cp1252", "replace")
