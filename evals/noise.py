"""Noise put on a clean question, the same every time: what a hurried person, a phone keyboard or a chat window does to it."""

from __future__ import annotations

import re
from collections.abc import Callable

from agents.language.tokens import fold
from evals.cases import Case, Noise

_SHORT = {
    "revenue": "rev", "quantity": "qty", "average": "avg", "customers": "custs", "products": "prods", "category": "cat", "number": "no",
    "month": "mth", "quarter": "qtr", "year": "yr", "please": "pls", "and": "&", "with": "w", "days": "d", 
    "khách hàng": "kh", "sản phẩm": "sp", "doanh thu": "dt", "không": "ko", "được": "dc", "bao nhiêu": "bn",
}  # fmt: skip
_FILLING = {
    "what", "is", "the", "our", "of", "how", "did", "do", "we", "a", "an", "me", "show", "give", "please", "for", "in", "are",
    "was", "were", "cho", "tôi", "là", "của", "hãy", "xem", "em", "anh",
}  # fmt: skip
_WORD = re.compile(r"[^\W\d_]{5,}")


def _typo(text: str) -> str:
    """Every third long word has two letters exchanged; codes are left alone, because a wrong code names something else."""
    count = 0

    def slip(found: re.Match[str]) -> str:
        nonlocal count
        count += 1
        word, middle = found[0], len(found[0]) // 2
        return word[: middle - 1] + word[middle] + word[middle - 1] + word[middle + 1 :] if count % 3 == 1 else word

    return " ".join(word if any(map(str.isdigit, word)) else _WORD.sub(slip, word) for word in text.split())


def _case(text: str) -> str:
    return text.upper() if len(text) % 2 else text.lower()


def _punctuation(text: str) -> str:
    bare = re.sub(r"[?.,!](?=\s|$)", "", text)
    return f"{bare} ???" if len(text) % 2 else bare.replace(" ", "  ")


def _abbreviation(text: str) -> str:
    for long, short in _SHORT.items():
        text = re.sub(rf"\b{long}\b", short, text, flags=re.IGNORECASE)
    return text


def _keywords(text: str) -> str:
    return " ".join(word for word in text.split() if word.casefold().strip("?.,!") not in _FILLING)


def _without_marks(text: str) -> str:
    return fold(text)


KINDS: dict[str, tuple[Noise, Callable[[str], str]]] = {
    "typo": ("typo", _typo),
    "case": ("case", _case),
    "punctuation": ("punctuation", _punctuation),
    "abbreviation": ("abbreviation", _abbreviation),
    "keywords": ("keywords", _keywords),
    "unmarked": ("typo", _without_marks),
}


def noisy(case: Case, kind: str) -> Case | None:
    """A clean, filled question with one kind of noise; None where the noise changes nothing."""
    named, change = KINDS[kind]
    turn = case.turns[0]
    if case.noise or case.is_dialogue or (said := change(turn.ask)) == turn.ask:
        return None
    return case.model_copy(update={"id": f"{case.id}~{kind}", "noise": named, "turns": (turn.model_copy(update={"ask": said}),)})
