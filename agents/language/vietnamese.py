"""What small Vietnamese words mean beside others: "nhất" behind a word of few, "sao" before a fall, "thứ hai" behind a place."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date

from agents.language.figures_said import VALUE_OF
from agents.language.sketch import RANKS
from agents.language.spans import TimeSpan, ValueSpan
from agents.language.tags import Group, Tag, TagKind
from agents.language.time.stretch import days_note
from agents.language.time.units import add_months
from agents.language.time.wording import assumption_of
from agents.language.tokens import Token
from agents.language.vietnamese_deeds import is_counted, parties, plurals, shops, told
from agents.language.vietnamese_words import EVERYDAY_RULES
from agents.language.whose import lies
from tools.query.contract import AsOf, Between, Calendar, Comparison, Named

_LOW = frozenset({"bottom", "cheap", "fastest", "slowest", "expensive", "seller_low"})
_MOVED = frozenset({"rising", "falling", "change", "higher", "lower", "bottom", "no_activity", "seller_low", "contribution", "top"})
_AMOUNT = frozenset({"nhieu", "it"})
_SPENDING = frozenset({"orders", "units", "revenue"})
_HELD = frozenset({"con", "ton", "chua", "tru", "giu"})
_PLACED = frozenset({"dung", "hang", "xep", "tri"})
_DEGREES = frozenset(
    {"nhieu", "it", "cao", "thap", "lon", "nho", "chay", "dat", "mac", "re", "tot", "te", "nhanh", "cham", "manh", "dong", "kem", "e"}
)
_REACH = 4
_KEPT = frozenset(
    {"stock_on_hand", "stock_on_order", "available_stock", "stock_value", "days_of_cover", "customer_count", "product_count"}
    | {"out_of_stock", "open_purchase_orders", "overdue_purchase_orders", "below", "keep", "opening_closing", "ageing", "overdue"}
)
_MONTHS = (("tháng", 1), ("thang", 1), ("quý", 3), ("quy", 3), ("năm", 12), ("nam", 12))
_GOODS = frozenset({"category", "subcategory", "family"})
_WITH_GOODS = frozenset({"mua", "ban", "dat", "lay", "nhap", "ton", "kho", "cua", "va", "lan", "hang"})
_BOUGHT = 0.9
_SLIPS = frozenset({"đơn", "don", "bill", "hóa", "hoá", "hoa"})
_SIZES = frozenset({"lon", "to", "bu", "nho", "cao", "gia"})
# What a figure is worth, when it is asked in money.
_WORTH = {figure: worth for figure, worth in VALUE_OF.items() if figure not in _SPENDING}
_IN_MONEY = frozenset(
    {"tri gia", "tri gia bao nhieu", "bao nhieu tien", "dang gia bao nhieu", "quy ra tien", "tinh ra tien", "tinh bang tien"}
    | {"gia tri bao nhieu", "la bao nhieu tien", "mat bao nhieu tien", "tong bao nhieu tien", "het bao nhieu tien"}
)
_BUYERS = frozenset({"customer", "tier", "customer_kind", "province", "district", "area_kind", "channel"})
_EVERY = frozenset({"ngày", "các", "mỗi", "những", "hàng", "từng", "vào", "mấy"})
_DAYS = {
    tuple(said.split()): day
    for day, names in (
        ("1", "thứ hai,thứ 2"), ("2", "thứ ba,thứ 3"), ("3", "thứ tư,thứ 4"), ("4", "thứ năm,thứ 5"), ("5", "thứ sáu,thứ 6"),
        ("6", "thứ bảy,thứ 7"), ("7", "chủ nhật"), ("6+7", "cuối tuần"),
    )
    for said in names.split(",")
}  # fmt: skip


def bought(spans: Sequence[ValueSpan], tokens: Sequence[Token]) -> list[ValueSpan]:
    """Kinds of goods written without marks right behind what is done with goods: "mua tra" is tea that is bought."""
    if any(token.lower != token.folded for token in tokens):
        return []
    return [
        replace(span, score=_BOUGHT)
        for span in spans
        if span.match == "alias" and span.dimension in _GOODS and span.start and tokens[span.start - 1].folded in _WITH_GOODS
    ]


def counted(tokens: Sequence[Token]) -> set[int]:
    """The places of numbers that say how many are listed: the 20 of "top 20 quý này" counts no quarters."""
    return {at + 1 for at, token in enumerate(tokens[:-1]) if token.folded in ("top", "tốp") and tokens[at + 1].is_number}


def weeded(tags: Sequence[Tag], tokens: Sequence[Token]) -> list[Tag]:
    """The tags without those the words around them rule out, and with the places in an order."""
    days = list(_weekdays(tokens))
    tags = [*tags, *parties(tags, tokens), *shops(tags, tokens), *plurals(tokens)]
    found = [_at_the_end(tag, tags, tokens) for tag in _before_names(tags, tokens)]
    places = [*_places(found, tokens), *days]
    ranked = {at for tag in places for at in range(tag.start, tag.end)} | counted(tokens)
    kept = [tag for tag in found if not (any(rule(tag, tokens) for rule in _ALONE) or any(rule(tag, found, tokens) for rule in _BESIDE))]
    kept = [tag for tag in kept if not (tag.kind in ("time", "dimension") and tag.start in ranked)]
    return [*_at_the_stock(kept, tokens), *places]


def _at_the_stock(tags: Sequence[Tag], tokens: Sequence[Token]) -> list[Tag]:
    """A town beside stock, or right behind the word warehouse, is where the warehouse stands."""
    stock = any(tag.kind == "metric" and lies(tag.name) for tag in tags)
    towns = [tag for tag in tags if tag.kind == "value" and tag.name == "location_province"]
    held = {(tag.start, tag.end) for tag in towns if stock or (tag.start and tokens[tag.start - 1].lower == "kho")}
    return [tag for tag in tags if not (tag.name in ("province", "shipping_province") and tag.value and (tag.start, tag.end) in held)]


def _orders(tag: Tag, tags: Sequence[Tag], tokens: Sequence[Token]) -> bool:
    """Top five by number of orders: what they are ranked by, no classes of customers."""
    by = tag.kind == "cue" and tag.name == "group_by_metric" and tokens[tag.start].folded == "theo"
    return by and any(each.kind == "cue" and each.name in ("top", "bottom") and each.start < tag.start for each in tags)


def _at_the_end(tag: Tag, tags: Sequence[Tag], tokens: Sequence[Token]) -> Tag:
    """The end of a month is a day for what is kept, and its last days for what is sold."""
    span = tag.time
    if span is None or not isinstance(span.meaning, AsOf) or tokens[tag.start].lower not in ("cuối", "cuoi"):
        return tag
    if any(each.name == "opening_closing" for each in tags):
        return _whole_month(tag, span)
    kept = any(each.kind in ("metric", "verb", "cue") and each.name in _KEPT for each in tags)
    words = {token.lower for token in tokens[tag.start : tag.end]}
    last = span.meaning.day
    first = next((_third(last, months) for name, months in _MONTHS if name in words), None)
    if kept or first is None:
        return tag
    meaning = TimeSpan(span.start, span.end, Between(start=first, end=last), assumption_of([days_note(first, last)], "vi"))
    return replace(tag, time=meaning)


def _whole_month(tag: Tag, span: TimeSpan) -> Tag:
    """Stock at the start and at the end of September: the month."""
    day = span.meaning.day if isinstance(span.meaning, AsOf) else date.max
    return replace(tag, time=replace(span, meaning=Calendar(year=day.year, month=day.month), assumption=""))


def _third(last: date, months: int) -> date:
    """The first day of the last third of so many months."""
    return last.replace(day=21) if months == 1 else add_months(last.replace(day=1), 1 - months // 3)


def _weekdays(tokens: Sequence[Token]) -> Iterator[Tag]:
    """Saturdays, every Saturday: a day of all weeks."""
    for at in range(1, len(tokens)):
        for words, day in _DAYS.items():
            end = at + len(words)
            if tuple(token.lower for token in tokens[at:end]) == words and tokens[at - 1].lower in _EVERY:
                said = " ".join(words)
                yield Tag(at - 1, end, "value", "weekday", value=ValueSpan(at - 1, end, "weekday", day, said, "exact", 1.0))


def _asks_which(tag: Tag, tags: Sequence[Tag], tokens: Sequence[Token]) -> bool:
    """A figure whose last word is a thing somebody asks which of: losses of warehouse which, few clients which."""
    if tag.kind != "metric" or tag.end - tag.start < 2 or tag.end >= len(tokens) or tokens[tag.end].lower not in ("nào", "nao"):
        return False
    return any(each.kind == "dimension" and each.end == tag.end and each.start > tag.start for each in tags)


_ANYBODY = frozenset({"khach", "san", "mat", "don", "nguoi", "mon", "cai", "chiec", "nha", "kho", "tinh", "hang"})
_EXACTLY = frozenset({"dung", "chi", "hon", "tren", "duoi", "it", "nhat", "tu", "top", "thu", "bang", "den", "co", "mua", "dat"})


def _is_no_number(tag: Tag, tokens: Sequence[Token]) -> bool:
    """Without marks "tu 5" is from five, not four and five; of two kinds bought together two are no limit; "một khách" is any customer."""
    if tag.kind == "comparator":  # "đến từ 5 nhà cung cấp": that come from five
        return tokens[tag.start].lower in ("từ", "tu") and tag.start > 0 and tokens[tag.start - 1].folded == "den"
    if tag.kind != "number" or tag.end >= len(tokens):
        return False
    words = [token.folded for token in tokens]
    if tokens[tag.start].lower == "một" and tag.end - tag.start == 1:
        return words[tag.end] in _ANYBODY and (not tag.start or words[tag.start - 1] not in _EXACTLY)
    pair = tag.number == 2 and "nao" in words and bool({"chung", "cung", "kem"} & set(words))
    return pair or (words[tag.start] == "tu" and tokens[tag.start].lower.isascii() and tokens[tag.end].is_number)


def _asks_when(tag: Tag, tokens: Sequence[Token]) -> bool:
    """The hour of "bao giờ" (when) and "bây giờ" (now) is none."""
    return tag.kind == "dimension" and tag.name == "hour" and tag.start > 0 and tokens[tag.start - 1].folded in ("bao", "bay")


def _is_plain_more(tag: Tag, tokens: Sequence[Token]) -> bool:
    """Web or app sells more this month: "hơn" holds two names against each other, no two periods."""
    if not isinstance(tag.time, TimeSpan) or not isinstance(tag.time.meaning, Comparison) or tokens[tag.start].lower not in ("hơn", "hon"):
        return False
    either = {"hay", "hoặc", "hoac"} & {token.lower for token in tokens[: tag.start]}
    against = tag.time.meaning.period
    return bool(either) or (isinstance(against, Named) and (against.name.startswith("this_") or against.name == "today"))


def _is_strengthened(tag: Tag, tokens: Sequence[Token]) -> bool:
    """A quality nobody measures: the dullest customer is not the best one."""
    ends = tag.end < len(tokens) and tokens[tag.end].lower in ("nhất", "nhat")
    return ends and tag.kind == "skip" and tag.name == "everyday"


_ALONE = (_is_plain_more, _asks_when, _is_no_number, _is_strengthened, *EVERYDAY_RULES)


def _begins_a_name(tag: Tag, tags: Sequence[Tag], tokens: Sequence[Token]) -> bool:
    """Whether the last word of a phrase is the first of a warehouse's name: in the warehouse of Bình Tân."""
    if tag.kind not in ("metric", "cue") or tag.end - tag.start < 2 or tokens[tag.end - 1].lower != "kho":
        return False
    named = [each for each in tags if each.value is not None and each.name == "location" and each.start == tag.end - 1]
    return any(each.value is not None and each.value.match == "exact" and each.end > tag.end for each in named)


def _before_names(tags: Sequence[Tag], tokens: Sequence[Token]) -> list[Tag]:
    """Such phrases without that word; "in the warehouse" alone says nothing more."""
    kept = [replace(tag, end=tag.end - 1) if _begins_a_name(tag, tags, tokens) else tag for tag in tags]
    return [tag for tag, whole in zip(kept, tags, strict=True) if tag is whole or tag.end - tag.start > 1]


_BESIDE = (_asks_which, _orders, is_counted)


def _places(tags: Sequence[Tag], tokens: Sequence[Token]) -> list[Tag]:
    """Standing second, third highest: the place, not the day of the week."""
    numbers = {tag.start: tag for tag in tags if tag.kind in ("number", "ordinal") and tag.end == tag.start + 1 and tag.number >= 1}
    found: list[Tag] = []
    for at, token in enumerate(tokens[:-1]):
        number, before = numbers.get(at + 1), tokens[at - 1].folded if at else ""
        if number is None or number.number % 1:
            continue
        if token.lower in ("thứ", "thu") and before in _PLACED | _DEGREES:
            found.append(Tag(at, at + 2, "ordinal", "thứ", float(number.number)))
            if before in _PLACED:
                found.append(Tag(at - 1, at, "cue", "nth"))
        elif token.lower in ("hạng", "đứng") and tokens[at + 1].lower != "nhất":
            found += [Tag(at, at + 1, "cue", "nth"), Tag(at + 1, at + 2, "ordinal", "hạng", float(number.number))]
    return found


def settled(groups: Sequence[Group], tokens: Sequence[Token]) -> tuple[Group, ...]:
    """The groups with the readings that only the words before and after them tell."""
    return tuple(_settled(at, group, groups, tokens) for at, group in enumerate(groups))


def _settled(at: int, group: Group, groups: Sequence[Group], tokens: Sequence[Token]) -> Group:
    word = tokens[group.start].lower
    if decided := _worth(group, groups, tokens) or told(at, group, groups, tokens) or _shipping(at, group, groups, tokens):
        return decided
    if group.of("metric") and group.of("dimension") and word in _SLIPS and _adjective_behind(at, groups, tokens):
        return replace(group, tags=group.of("dimension"))
    if group.of("verb") and (_names_a_town(at, groups, group) or _is_implied(group, groups)):
        return _as(group, "skip", word)
    if "why" in group.cues() and group.start and tokens[group.start - 1].folded in ("theo", "tung", "moi"):
        return _as(group, "dimension", "return_reason")
    if word in ("chi", "tiêu") and any(tag.name in _BUYERS for each in groups for tag in each.of("dimension", "value")):
        return _as(group, "verb", "revenue") if group.of("verb") else group
    if group.end - group.start > 1:
        return group
    before = groups[max(0, at - _REACH) : at]
    if word in ("nhất", "nhat") and any(each.cues() & _LOW for each in before):
        return _without(group, "top")
    if word == "sao" and _asks_why(at, groups, tokens):
        return replace(group, tags=(Tag(group.start, group.end, "cue", "why"), *group.tags))
    amount = at > 0 and tokens[group.start - 1].folded in _AMOUNT and group.start == groups[at - 1].end
    if amount and word in ("tiền", "tien"):
        return _of_money(group, groups)
    if amount and word in ("hàng", "hang"):
        return _of_goods(group, before, tokens)
    return group


def _worth(group: Group, groups: Sequence[Group], tokens: Sequence[Token]) -> Group | None:
    """Lost goods, in money: what they were worth."""
    metric = group.first("metric", "verb")
    if metric is None or metric.name not in _WORTH:
        return None
    said = {" ".join(token.folded for token in tokens[each.start : each.end]) for each in groups}
    return _as(group, "metric", _WORTH[metric.name]) if said & _IN_MONEY else None


def _shipping(at: int, group: Group, groups: Sequence[Group], tokens: Sequence[Token]) -> Group | None:
    """What customers are charged for shipping, where they are said to pay it."""
    if _is_paying(at, group, groups, tokens):
        return _as(group, "skip", "khách trả")
    return _as(group, "metric", "shipping_fees") if _collected(group, tokens) else None


def _is_paying(at: int, group: Group, groups: Sequence[Group], tokens: Sequence[Token]) -> bool:
    """Customers pay so much for shipping: with money behind it nothing is sent back."""
    said = " ".join(token.folded for token in tokens[group.start : group.end])
    money = any("shipping" in tag.name for each in groups[at + 1 : at + 4] for tag in each.of("metric"))
    return said == "khach tra" and money


def _collected(group: Group, tokens: Sequence[Token]) -> bool:
    """Shipping that customers are charged, or pay."""
    metric = group.first("metric", "verb")
    words = [token.folded for token in tokens]
    paid = any(before in ("thu", "lay", "tinh") and "khach" in words[at : at + 5] for at, before in enumerate(words))
    return metric is not None and metric.name == "shipping_cost" and (paid or " ".join(words).find("khach tra") >= 0)


# A deed that a figure beside it is about already.
_IMPLIED = {
    "delivery_days": ("deliver", "damage", "shipping", "shipment", "late"),
    "received_units": ("reject", "fill_rate", "received", "supplier_", "purchase_orders"),
    "purchase_spend": ("received", "supplier_", "purchase_", "reject"),
    "returned_units": ("return", "refund"),
    "cancelled_orders": ("cancel",),
    "average_rating": ("rating", "review"),
}


def _is_implied(group: Group, groups: Sequence[Group]) -> bool:
    """Late trips of what is delivered, rejected goods of what is received: the figure holds the deed."""
    words = next((_IMPLIED[tag.name] for tag in group.of("verb") if tag.name in _IMPLIED), ())
    figures = [tag.name for each in groups if each is not group for tag in each.of("metric")]
    return any(word in name for name in figures for word in words)


def _names_a_town(at: int, groups: Sequence[Group], group: Group) -> bool:
    """Orders delivered to Hanoi: the deed says which town is meant, and what is counted stands elsewhere."""
    if "delivery_days" not in {tag.name for tag in group.of("verb")}:
        return False
    behind = groups[at + 1] if at + 1 < len(groups) else None
    figures = any(each.of("metric") for each in groups)
    return figures and behind is not None and any(tag.name == "shipping_province" for tag in behind.of("value"))


def _adjective_behind(at: int, groups: Sequence[Group], tokens: Sequence[Token]) -> bool:
    """The order that is largest: a word of size stands behind what is ranked by it."""
    behind = groups[at + 1] if at + 1 < len(groups) else None
    return behind is not None and bool(behind.cues() & {"top", "bottom"}) and tokens[behind.start].folded in _SIZES


def _without(group: Group, *cues: str) -> Group:
    return replace(group, tags=tuple(tag for tag in group.tags if not (tag.kind == "cue" and tag.name in cues)))


def _asks_why(at: int, groups: Sequence[Group], tokens: Sequence[Token]) -> bool:
    """Sao bán kém vậy, tháng trước sao doanh thu giảm: a change or a judgement stands behind it."""
    behind = groups[at + 1 :]
    numbered = groups[at].start > 0 and tokens[groups[at].start - 1].text[0].isdigit()
    ranked = any({"which", "group"} & each.cues() and not each.is_empty_word for each in groups)
    return not numbered and not ranked and any(each.cues() & _MOVED for each in behind) and not _ranks(behind)


def _ranks(groups: Sequence[Group]) -> bool:
    return any(each.of("ordinal") and each.cues() & set(RANKS) for each in groups)


def _of_money(group: Group, groups: Sequence[Group]) -> Group:
    """Buyers of most money: what they spent. Spent on supplies or paid back, the deed says it already."""
    deeds = {tag.name for each in groups for tag in each.of("verb", "metric") if each is not group}
    return _as(group, "metric", "revenue") if deeds <= _SPENDING else group


def _of_goods(group: Group, before: Sequence[Group], tokens: Sequence[Token]) -> Group:
    """Most goods held is stock; most goods bought, sold or sent back is what the deed counts."""
    words = {token.folded for each in before for token in tokens[each.start : each.end]}
    if words & _HELD:
        return _as(group, "metric", "stock_on_hand")
    deeds = [tag.name for each in before for tag in each.of("verb", "metric")]
    if "orders" in deeds:
        return _as(group, "metric", "units")
    return _as(group, "skip", "hàng") if deeds else group


def _as(group: Group, kind: TagKind, name: str) -> Group:
    return replace(group, tags=(Tag(group.start, group.end, kind, name),))
