"""Every format that is read: one file with a function, and one line here."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from importlib import import_module
from pkgutil import walk_packages
from types import MappingProxyType

from knowledge.contract import Parsed
from knowledge.language import detect
from knowledge.sniff import DocumentFormat

Parser = Callable[[bytes, str], Parsed]
PARSERS: Mapping[DocumentFormat, tuple[str, str]] = MappingProxyType(
    {
        "pdf": ("knowledge.parse_pdf", "read"),
        "docx": ("knowledge.parse_docx", "read"),
        "xlsx": ("knowledge.parse_table", "read_workbook"),
        "table": ("knowledge.parse_table", "read_delimited"),
        "html": ("knowledge.parse_html", "read"),
        "markdown": ("knowledge.parse_markdown", "read"),
        "text": ("knowledge.parse_text", "read"),
        "email": ("knowledge.parse_email", "read"),
        "feed": ("knowledge.parse_feed", "read"),
    }
)
# Libraries that load parts of themselves when a document first needs them, which a child behind its fence could not.
_GUESSING = "charset_normalizer"
_WHOLE: Mapping[DocumentFormat, tuple[str, ...]] = MappingProxyType(
    {
        "pdf": ("pypdf",),
        "email": ("email",),
        "table": (_GUESSING,),
        "html": (_GUESSING,),
        "markdown": (_GUESSING,),
        "text": (_GUESSING,),
    }
)
_LATE = (
    "heapq",
    "bisect",
    "calendar",
    "locale",
    "_strptime",
    "stringprep",
    "quopri",
    "binascii",
    "bz2",
    "lzma",
    "difflib",
    "html.entities",
)


def parser_of(name: DocumentFormat) -> Parser:
    """The function that reads a format, with all that it may need; its libraries are loaded now and not before."""
    module, function = PARSERS[name]
    found: Parser = getattr(import_module(module), function)
    detect("the words of each language")  # they lie in a file
    for late in _LATE:
        import_module(late)
    for package in _WHOLE.get(name, ()):
        for part in walk_packages(import_module(package).__path__, f"{package}."):
            with suppress(ImportError):  # a part for a library that is not installed
                import_module(part.name)
    return found
