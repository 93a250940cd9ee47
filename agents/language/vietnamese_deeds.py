"""Who does what in Vietnamese: the one that delivers, what is paid to whom, a counter tag in the place of a plain one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import pairwise

from agents.language.sketch import PERIODS, TIMES
from agents.language.spans import ValueSpan
from agents.language.tags import Group, Tag, TagKind
from agents.language.tokens import Token

_OF_CARRIERS = frozenset(
    {"delivery_days", "late_deliveries", "on_time_delivery_rate", "on_time_deliveries", "damage_rate", "damaged_shipments"}
    | {"shipping_cost", "shipments", "deliveries"}
)
_OF_SUPPLIERS = frozenset(
    {"supplier_lead_time_days", "supplier_on_time_rate", "supplier_punctuality", "supplier_fill_rate", "supplier_reject_rate"}
    | {"received_units", "rejected_units", "purchase_spend", "overdue_purchase_orders", "open_purchase_orders", "purchase_orders"}
)
_PARTIES = frozenset({"bên", "ben", "hãng", "mối", "ông"})
_WHICH = frozenset({"nào", "nao"})


def parties(tags: Sequence[Tag], tokens: Sequence[Token]) -> Iterator[Tag]:
    """Which side, who: carriers beside what carriers do, suppliers beside what suppliers do."""
    named = {tag.name for tag in tags if tag.kind == "dimension" and tag.name in ("carrier", "supplier")}
    figures = {tag.name for tag in tags if tag.kind in ("metric", "verb")}
    whose = "carrier" if figures & _OF_CARRIERS else "supplier" if figures & _OF_SUPPLIERS else ""
    if named or not whose or any(tag.kind == "value" and tag.name in ("carrier", "supplier", "manufacturer") for tag in tags):
        return
    words = [token.lower for token in tokens]
    for at, word in enumerate(words):
        unit = tuple(words[at : at + 2]) in (("đơn", "vị"), ("don", "vi"))
        end = at + 2 if unit else at + 1
        if (unit or word in _PARTIES) and end < len(words) and words[end] in _WHICH:
            yield Tag(at, end + 1, "dimension", whose)
        elif word == "ai" and any(tag.start == end and tag.name in _OF_CARRIERS for tag in tags):
            yield Tag(at, end, "dimension", whose)


_CHANNELS = frozenset({"app", "web", "phone", "b2b"})
_SHOP = ("cửa", "hàng")
_JOINED = frozenset({"cả", "lẫn", "và", "với", "hay", "hoặc", "ở", "tại", "qua", "giữa", "so", "kênh", "từ", "hơn"})


def shops(tags: Sequence[Tag], tokens: Sequence[Token]) -> Iterator[Tag]:
    """Both in the shop and on the app: beside another channel the shop is one."""
    if not any(tag.value is not None and tag.name == "channel" and tag.value.value in _CHANNELS for tag in tags):
        return
    for at in range(len(tokens) - 1):
        behind = tokens[at + 2].lower if at + 2 < len(tokens) else ""
        here = tuple(token.lower for token in tokens[at : at + 2]) == _SHOP
        if here and ((at and tokens[at - 1].lower in _JOINED) or behind in _JOINED) and behind not in _WHICH:
            yield Tag(at, at + 2, "value", "channel", value=ValueSpan(at, at + 2, "channel", "store", "cửa hàng", "alias", 1.0))


_LISTED_GOODS = frozenset({("mấy", "món"), ("may", "mon"), ("mấy", "mặt"), ("mấy", "sản"), ("mấy", "mã"), ("mấy", "cái")})
_OPENING = frozenset({"trong", "cho", "xem", "coi", "kê", "tìm", "lọc", "của", "là"})
_GOODS = frozenset({"món", "mon", "hàng", "phẩm", "mã", "cái"})


def plurals(tokens: Sequence[Token]) -> Iterator[Tag]:
    """Those few goods that sell badly: at the head of a question "mấy" is a plural and counts nothing."""
    words = [token.lower for token in tokens]
    for at, pair in enumerate(pairwise(words)):
        leads = at == 0 or words[at - 1] in _OPENING
        end = next((place + 1 for place in (at + 1, at + 2) if place < len(words) - 1 and words[place] in _GOODS), 0)
        if leads and pair in _LISTED_GOODS and end:
            yield Tag(at, end, "dimension", "product")
            yield Tag(at, end, "cue", "show_all")


def is_counted(tag: Tag, tags: Sequence[Tag], tokens: Sequence[Token]) -> bool:
    """A figure of pieces where the same words are a plural."""
    plural = any(each.kind == "cue" and each.name == "show_all" and each.start == tag.start for each in tags)
    return tag.kind == "verb" and tag.name == "units" and plural and tokens[tag.start].lower in ("mấy", "may")


_ABOUT_ORDERS = frozenset(
    {"late_deliveries", "cancelled_orders", "damaged_shipments", "deliveries", "on_time_deliveries", "returned_units", "shipments"}
)
_ASKED = frozenset({"nhiêu", "nhieu", "mấy", "may", "số"})
_PAID = frozenset({"tra", "phai", "thanh", "chi"})
_DRIVES = frozenset({"keo", "day", "loi", "gop"})
_CHANGED = frozenset({"rising", "falling", "change", "why", "lower", "higher"})


def told(at: int, group: Group, groups: Sequence[Group], tokens: Sequence[Token]) -> Group | None:
    """The group with the one reading its deed leaves it; None where nothing decides."""
    first = tokens[group.start].folded
    if _repeats(group, groups, tokens):
        return _only(group, "skip", "đơn")
    if "lines" in group.cues() and tokens[group.end - 1].lower in _WHICH and not _is_of_an_order(groups):
        return replace(group, tags=(Tag(group.start, group.end, "dimension", "product"), Tag(group.start, group.end, "cue", "which")))
    if _only_says_goods(at, group, groups, tokens):
        return _only(group, "skip", first)
    if first in _PAID and any(tag.name == "purchase_spend" for tag in group.of("verb")):
        return _paid_to(group, groups)
    if _only_says_how_many(at, group, groups, tokens):
        return _only(group, "skip", first)
    if "keep" in group.cues() and group.end < len(tokens) and tokens[group.end].folded in ("nguoi", "khach"):
        return _only(group, "cue", "how_many")
    if "keep" in group.cues() and not group.of("metric") and any(tag.name in _LYING for each in groups for tag in each.of("metric")):
        return _only(group, "skip", first)
    if _is_uncounted(at, group, groups, tokens):
        return _only(group, "cue", "ratio")
    if _says_from_where(at, group, groups):
        return _only(group, "skip", first)
    if "contribution" in group.cues() and first in _DRIVES and not any(each.cues() & _CHANGED for each in groups):
        return _only(group, "skip", first)
    return _only(group, "skip", first) if _is_one_of_two(at, group, groups, tokens) else None


_SAID_OF_GOODS = frozenset(
    {"entered", "dropped_out", "stayed", "top", "bottom", "below", "out_of_stock", "rising", "falling", "no_activity", "never", "ageing"}
)


def _is_of_an_order(groups: Sequence[Group]) -> bool:
    """Whether goods are asked for that one order holds, and nothing else is asked of them."""
    return not any(group.cues() & _SAID_OF_GOODS for group in groups)


_KINDS = frozenset({"category", "subcategory", "family", "series", "manufacturer", "supplier", "supplier_country"})
_CUT = frozenset(
    {"nào", "nao", "gì", "gi", "các", "cac", "những", "nhung", "từng", "tung", "mỗi", "theo", "mấy", "top", "nhất", "nhat", "liệt"}
)


def _only_says_goods(at: int, group: Group, groups: Sequence[Group], tokens: Sequence[Token]) -> bool:
    """The margin of Chinese goods: before the name of a kind the word for goods is no cut."""
    goods = [tag for tag in group.of("dimension") if tag.name == "product"]
    behind = groups[at + 1] if at + 1 < len(groups) else None
    if not goods or behind is None or behind.start != group.end or not any(tag.name in _KINDS for tag in behind.of("value")):
        return False
    figures = any(each.of("metric", "verb") for each in groups if each is not group)
    return figures and not {token.lower for token in tokens} & _CUT


_LYING = frozenset({"stock_on_hand", "available_stock", "stock_value"})
_QUANTITY = frozenset({"so luong", "so luong hang", "luong hang", "so luong san pham", "so hang", "so san pham"})


def _only_says_how_many(at: int, group: Group, groups: Sequence[Group], tokens: Sequence[Token]) -> bool:
    """The quantity of goods broken on the way: right before a figure of its own the word quantity is none."""
    said = " ".join(token.folded for token in tokens[group.start : group.end])
    behind = groups[at + 1] if at + 1 < len(groups) else None
    follows = behind is not None and behind.start == group.end and any(tag.name != "units" for tag in behind.of("metric"))
    return said in _QUANTITY and bool(group.of("metric")) and follows


_EACH = frozenset({"mỗi", "một", "moi", "mot", "1", "trung", "bình"})
_MONEY = frozenset({"tiền", "tien", "đồng", "triệu"})


def _is_uncounted(at: int, group: Group, groups: Sequence[Group], tokens: Sequence[Token]) -> bool:
    """Shipping cost of each order, empty shelves in money: figures nobody defined, so no plan may pass over the words."""
    before = groups[at - 1].first("metric") if at and groups[at - 1].end == group.start else None
    if any(tag.name == "average_order_value" for tag in group.of("metric")):
        said = {token.lower for token in tokens[group.start : group.end]}
        return before is not None and before.name != "revenue" and tokens[group.start].lower in _EACH and not said & _MONEY
    figures = {tag.name for each in groups for tag in each.of("metric")}
    return "how_much" in group.cues() and figures == {"stockouts"} and tokens[group.end - 1].lower in _MONEY


def _says_from_where(at: int, group: Group, groups: Sequence[Group]) -> bool:
    """Sales of goods brought in from China: behind the country the deed only says how they came."""
    deed = any(tag.name in ("received_units", "purchase_spend") for tag in group.of("verb"))
    before = groups[at - 1] if at else None
    named = before is not None and any(tag.name in ("supplier_country", "supplier") for tag in before.of("value"))
    return deed and named and any(each.of("metric") for each in groups[:at])


def _repeats(group: Group, groups: Sequence[Group], tokens: Sequence[Token]) -> bool:
    """Late how many orders: the figure counts orders already."""
    counts = tokens[group.end - 1].folded in ("don", "hang") and any(tag.name == "orders" for tag in group.of("metric"))
    asked = any(token.lower in _ASKED for token in tokens[max(0, group.start - 1) : group.end])
    return counts and asked and any(tag.name in _ABOUT_ORDERS for each in groups if each is not group for tag in each.of("metric", "verb"))


def _paid_to(group: Group, groups: Sequence[Group]) -> Group | None:
    """What carriers are paid is the cost of shipping, what customers are paid back a refund."""
    figures = {tag.name for each in groups if each is not group for tag in each.of("metric")}
    if figures & {"shipping_cost", "shipping_fees", "refunds", "purchase_spend"}:
        return _only(group, "skip", "trả cho")
    carriers = any(tag.name == "carrier" for each in groups for tag in each.of("dimension", "value"))
    return _only(group, "metric", "shipping_cost") if carriers else None


def _is_one_of_two(at: int, group: Group, groups: Sequence[Group], tokens: Sequence[Token]) -> bool:
    """September and August, which month was better: the month asked for is one of the two, no cut."""
    cut = next((tag.name for tag in group.of("dimension") if tag.name in TIMES), None)
    asked = (group.end < len(tokens) and tokens[group.end].lower in _WHICH) or tokens[group.end - 1].lower in _WHICH
    named = [tag for each in groups for tag in each.of("time")[:1] if tag.time and isinstance(tag.time.meaning, PERIODS)]
    return cut is not None and asked and len(named) > 1


def _only(group: Group, kind: TagKind, name: str) -> Group:
    return replace(group, tags=(Tag(group.start, group.end, kind, name),))
