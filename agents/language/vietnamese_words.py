"""Vietnamese words that are others beside their neighbours: what is left without marks, who speaks, how often."""

from __future__ import annotations

from collections.abc import Sequence

from agents.language.spans import TimeSpan
from agents.language.tags import Tag
from agents.language.tokens import Token

# Syllables without marks that are other words beside these: "tra lai" is trả lại, "thu cua khach" collects, "tinh trong nam" counts.
_BACK = frozenset(
    {"tra", "quay", "mua", "con", "hoan", "gui", "dat", "giu", "nhap", "lay", "tinh", "xem", "doi", "tro", "de", "so", "ke", "dem"}
)
_EACH = frozenset({"theo", "tung", "moi", "ngay", "cac", "nhung"})
_COUNTING = frozenset(
    {"trong", "tu", "den", "toi", "cho", "theo", "tren", "gop", "ca", "luon", "ra", "xem", "giup", "toan", "rieng", "chung", "het", "lai"}
)


# What these say as a cue is said far less often than what they mean beside it: already, under, a favour to ask.
_RARER = frozenset({"roi", "do", "day", "keo", "cong", "duoi", "gom", "nho", "muon", "rot", "phien"})


def _is_unmarked_other(tag: Tag, tokens: Sequence[Token]) -> bool:
    """A lone syllable without marks that its neighbours make another word."""
    token = tokens[tag.start]
    if tag.end - tag.start > 1 or token.lower != token.folded or any(not each.lower.isascii() and each.is_word for each in tokens):
        return False
    before = tokens[tag.start - 1].folded if tag.start else ""
    behind = tokens[tag.end].folded if tag.end < len(tokens) else ""
    if token.folded in _RARER and tag.kind in ("cue", "metric"):
        return not {before, behind} & {"xuong", "len", "so"}
    if token.folded == "lai":
        return tag.kind == "metric" and before in _BACK
    if token.folded == "che" and tag.kind == "value":
        return before in ("khach", "nguoi", "hay", "bi", "ho")  # what customers blame is no tea
    if token.folded == "thu":
        return tag.kind == "dimension" and before not in _EACH and behind not in ("may", "nao")
    if token.folded == "tinh" and tag.kind == "skip":
        return before in _EACH
    return token.folded == "tinh" and tag.kind == "dimension" and behind in _COUNTING and before not in _EACH


_DEEDS = frozenset(
    {"bi", "lam", "mua", "dat", "giao", "tra", "huy", "tre", "lay", "di", "het", "thieu", "cham", "ghe", "khen", "che", "keu", "noi"}
    | {"quay", "bo", "hu", "vo"}
)


def _is_often(tag: Tag, tokens: Sequence[Token]) -> bool:
    """Who often sends back most: "hay" before what is done sets nothing side by side."""
    if tag.kind != "cue" or tag.end - tag.start > 1 or tokens[tag.start].lower != "hay" or tag.end >= len(tokens):
        return False
    asked = {token.folded for token in tokens[: tag.start]} & {"nao", "ai", "gi"}
    return bool(asked) and tokens[tag.end].folded in _DEEDS


def _is_people(tag: Tag, tokens: Sequence[Token]) -> bool:
    """A group of customers is no group of goods."""
    lone = tag.kind == "dimension" and tag.end - tag.start == 1 and tokens[tag.start].lower in ("nhóm", "nhom", "loại", "loai")
    return lone and tag.end < len(tokens) and tokens[tag.end].folded in ("khach", "nguoi")


def _is_goods_of(tag: Tag, tokens: Sequence[Token]) -> bool:
    """Goods of last month: no "monthly" before the word that says which month."""
    if not isinstance(tag.time, TimeSpan) or tokens[tag.start].lower not in ("hàng", "hang") or tag.end >= len(tokens):
        return False
    return tokens[tag.end].lower in ("trước", "truoc", "này", "nay", "rồi", "roi", "qua", "vừa", "vua") or tokens[tag.end].is_number


_OURSELVES = frozenset(
    {"thu", "ban", "minh", "em", "anh", "ta", "toi", "loi", "lai", "co", "duoc", "dang", "con", "nhap", "chi", "mat", "tui"}
)
_LISTING = frozenset({"theo", "moi", "tung", "cac", "nhung", "may", "bao", "top", "so", "hai", "ba", "tai", "cua", "o"})


def _is_ourselves(tag: Tag, tokens: Sequence[Token]) -> bool:
    """The shop sold so much: who speaks, no list of shops."""
    said = tag.kind == "dimension" and tag.end - tag.start == 1 and tokens[tag.start].lower in ("shop", "tiệm", "tiem", "quán")
    before = tokens[tag.start - 1] if tag.start else None
    listed = before is not None and (before.folded in _LISTING or before.is_number)
    return said and not listed and tag.end < len(tokens) and tokens[tag.end].folded in _OURSELVES


def _is_run_on(tag: Tag, tokens: Sequence[Token]) -> bool:
    """Cumulative since January: the second half of "lũy kế" begins no "kể từ"."""
    before = tokens[tag.start - 1].folded if tag.start else ""
    return tag.kind == "time" and tokens[tag.start].folded == "ke" and before in ("luy", "cong")


def _is_among(tag: Tag, tokens: Sequence[Token]) -> bool:
    """Among the products: behind "trong" the word for a number counts nothing."""
    counts = tag.kind == "metric" and tokens[tag.start].lower in ("số", "so") and tag.end - tag.start > 1
    return counts and tag.start > 0 and tokens[tag.start - 1].lower == "trong"


# Each says whether a tag is ruled out by the words around it.
EVERYDAY_RULES = (_is_unmarked_other, _is_often, _is_people, _is_goods_of, _is_ourselves, _is_run_on, _is_among)
