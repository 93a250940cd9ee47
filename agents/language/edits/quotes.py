"""A question for documents, changed by a message: about another party, another clause, or the words themselves."""

from __future__ import annotations

import re
from collections.abc import Sequence

from agents.language.edits.draft import Call
from agents.language.sketch import Sketch, written

DOCUMENT_TOOLS = ("document_question", "search_documents")
_WORDS = re.compile(
    r"\bquot\w*|\b(?:exact|full|original) (?:words?|wording|text|clause|passage)|\bwhich (?:document|contract|page|section|clause|file)\b"
    r"|\bwhere (?:does|did|do) (?:it|that|they) (?:say|stand)|\bwhere is that (?:written|from)"
    r"|\b(?:the )?(?:source|sources|passage|citation)\b"
    r"|\bshow me the (?:text|wording|clause|passage|document|paragraph)|\bother (?:contracts?|documents?|agreements?|polic\w+)\b"
    r"|trích|nguyên văn|văn bản nào|tài liệu nào|nguồn|trang nào|(?:hợp đồng|tài liệu|văn bản) (?:khác|kia|còn lại)",
    re.IGNORECASE,
)
_KINDS = re.compile(
    r"\b(?:contracts?|agreements?|polic(?:y|ies)|procedures?|terms|manuals?|guidelines?|handbook|warrant\w+)\b"
    r"|hợp đồng|chính sách|quy định|quy trình|điều khoản|thỏa thuận|sổ tay",
    re.IGNORECASE,
)
_PARTIES = ("supplier", "customer", "carrier", "location", "product", "category", "manufacturer")
_HANGING = re.compile(r"^(?:in|for|with|about|on|of|to|from|under|regarding|the|what|of|với|về|cho|ở|trong|của)\s+", re.IGNORECASE)


def asks_for_words(message: str) -> bool:
    """Quote it, where does it say that, and the other contract."""
    return bool(_WORDS.search(message))


def edited_question(call: Call, old: Sketch, new: Sketch, message: str, leaning: int) -> Call | None:
    """The call with the question as it is meant now; None when the message leaves nothing to look for."""
    tool, arguments = call
    question = str(arguments.get("question", ""))
    if _WORDS.search(message):
        return "search_documents", {"question": question}
    parties = [slot.at for slot in new.filters if slot.best.dimension in _PARTIES]
    content = _content(new, leaning, parties)
    if parties and not content:
        return tool, {**arguments, "question": _with_party(question, old, " and ".join(new.text(at) for at in parties))}
    if not content:
        return None
    said = [content, *([new.text(at) for at in parties] or _parties_of(old))]
    kind = _KINDS.search(question)
    if kind and not _KINDS.search(content):
        said.append(kind[0])
    return tool, {**arguments, "question": " ".join(said)}


def _content(new: Sketch, leaning: int, parties: Sequence[int]) -> str:
    """What is asked about, without the words that lean and the names of parties."""
    held = {place for at in parties for place in range(new.groups[at].start, new.groups[at].end)}
    kept = [token for place, token in enumerate(new.tokens) if place >= leaning and place not in held]
    text = written(kept).strip(" ?.!,")
    while (shorter := _HANGING.sub("", text)) != text:
        text = shorter
    return text if len(re.sub(r"\W", "", text)) > 2 else ""


def _with_party(question: str, old: Sketch, party: str) -> str:
    """Another name in the place of the old one."""
    for name in _parties_of(old):
        if name.casefold() in question.casefold():
            return re.sub(re.escape(name), lambda found: party, question, flags=re.IGNORECASE)
    return f"{question.rstrip(' ?.!')} {party}"


def _parties_of(old: Sketch) -> list[str]:
    return [old.text(slot.at) for slot in old.filters if slot.best.dimension in _PARTIES]
