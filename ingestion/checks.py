"""Why a row is rejected: one reason a row, the first rule that it breaks, told as `rule:field`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal, get_args

from ingestion.mapping import DERIVED, TableMap
from ingestion.reading import identifier
from ingestion.schema import Column, Table, quote

Rule = Literal[
    "ragged_row",
    "stray_quote",
    "undecodable",
    "nul_bytes",
    "bad_json",
    "uncalculated_formula",
    "summary_row",
    "missing_value",
    "not_a_number",
    "not_a_date",
    "not_yes_or_no",
    "unknown_value",
    "out_of_range",
    "negative_quantity",
    "zero_quantity",
    "negative_price",
    "future_date",
    "impossible_date",
    "not_a_product",
    "test_product",
    "duplicate_row",
    "superseded",
    "orphan",
    "credit_without_sale",
    "cancelled_line",
]

MEANINGS: dict[Rule, str] = {
    "ragged_row": "the row has more or fewer cells than the header",
    "stray_quote": "a quote that does not close where the cell ends",
    "nul_bytes": "the row holds zero bytes: part of it was overwritten",
    "uncalculated_formula": "a spreadsheet formula that was saved without its result",
    "undecodable": "the row is not text in the file's encoding",
    "bad_json": "the line is not a JSON object",
    "summary_row": "a total or a note between the rows, not a sale",
    "missing_value": "a value that is needed is empty",
    "not_a_number": "the cell cannot be read as a number",
    "not_a_date": "the cell cannot be read as a date that exists",
    "not_yes_or_no": "the cell is neither yes nor no",
    "unknown_value": "the value is none of the known ones",
    "out_of_range": "the number lies outside what is possible",
    "negative_quantity": "fewer than zero units, and no sale to take them back from",
    "zero_quantity": "zero units",
    "negative_price": "a price or amount below zero",
    "future_date": "the date lies after the day of the load",
    "impossible_date": "the date lies before 1970, or an end lies before its start",
    "not_a_product": "postage, fees, discounts and the like are not products",
    "test_product": "a test entry",
    "duplicate_row": "the same row again",
    "superseded": "a later row of the same batch has the same key and wins",
    "orphan": "it refers to a row that does not exist",
    "credit_without_sale": "a cancellation or credit whose sale is not in the data",
    "cancelled_line": "the line was cancelled, other lines of its order were not",
}

RULES: tuple[Rule, ...] = get_args(Rule)
# A batch is not worse for repeating itself or for carrying postage: these do not count towards refusing it.
HARMLESS: frozenset[Rule] = frozenset({"duplicate_row", "superseded", "not_a_product", "test_product", "summary_row", "cancelled_line"})
# What may come right once more data is there: a file with such rows is read again when the data has changed.
UNSETTLED: frozenset[Rule] = frozenset({"orphan", "credit_without_sale"})

# Beyond these a number is a typing error in any currency, and products of the two would leave the engine's decimals.
LARGEST = {"quantity": 1e9, "money": 1e12}
_EARLIEST = date(1970, 1, 1)
# Dates that speak of plans may lie in the future.
_PLANNED = {"promised_on", "expected_on", "starts_on", "ends_on", "valid_from", "launched_on", "discontinued_on"}
_NUMERIC = {"integer", "quantity", "money", "rate", "number"}
_ORDERED_PAIRS = {"promotions": ("starts_on", "ends_on"), "shipments": ("shipped_at", "delivered_at")}
# A garbled cell here would falsify a metric, so it costs the row; elsewhere the cell is emptied and counted.
_STRICT_KINDS = {"id", "quantity", "money", "rate", "date", "timestamp"}

# Words that are charges, corrections and sums in any shop's export, without accents; a preset adds its own codes.
NOT_PRODUCTS = (
    "postage", "shipping", "shipping fee", "delivery", "delivery fee", "freight", "carriage", "discount", "rounding", "bank charges",
    "amazonfee", "amazon fee", "manual", "adjustment", "adjust bad debt", "gift voucher", "voucher", "gift card", "tax", "sales tax",
    "vat", "gst", "tip", "tips", "service charge", "deposit", "phi van chuyen", "phi ship", "phi dich vu", "chiet khau", "thue",
)  # fmt: skip
TOTALS = (
    "total",
    "totals",
    "subtotal",
    "sub total",
    "grand total",
    "sum",
    "tong",
    "tong cong",
    "cong",
    "summe",
    "gesamt",
    "somme",
    "total general",
)


@dataclass(frozen=True)
class Check:
    """One rule on one column, as an SQL condition that is true for a row that breaks it."""

    rule: Rule
    field: str
    broken: str

    @property
    def verdict(self) -> str:
        return f"{self.rule}:{self.field}"


def raw(field: str) -> str:
    """The name under which the untouched text of `field` travels beside its typed value."""
    return identifier(f"raw {field}")


def is_strict(column: Column) -> bool:
    """Whether a cell of this column that cannot be read costs the whole row."""
    return column.required or column.kind in _STRICT_KINDS or column.name == "status"


def column_checks(target: Table, table_map: TableMap, today: date) -> list[Check]:
    """The rules of every mapped column, in contract order."""
    checks: list[Check] = []
    if target.name == "sales_lines" and {"ordered_at", "product_id"} <= set(table_map.columns):
        checks += _sum_checks() + _product_checks(table_map)
    for column in target.columns:
        if column.name in table_map.columns:
            checks += _checks_of(column, target, today)
    pair = _ORDERED_PAIRS.get(target.name)
    if pair and set(pair) <= set(table_map.columns):
        checks.append(Check("impossible_date", pair[1], f"{pair[1]} < {pair[0]}"))
    return checks


def _checks_of(column: Column, target: Table, today: date) -> list[Check]:
    name, checks = column.name, []
    if column.required and name not in DERIVED.get(target.name, {}):
        checks.append(Check("missing_value", name, f"{raw(name)} IS NULL"))
    if is_strict(column) and column.kind != "id":
        checks.append(Check(_unreadable(column), name, f"{raw(name)} IS NOT NULL AND {name} IS NULL"))
    checks += _range_checks(column)
    if column.kind in ("date", "timestamp"):
        checks.append(Check("impossible_date", name, f"{name} < DATE {quote(_EARLIEST.isoformat())}"))
        if name not in _PLANNED:
            # One day of grace: the business zone may be ahead of the clock this runs under.
            checks.append(Check("future_date", name, f"{name} >= DATE {quote((today + timedelta(days=2)).isoformat())}"))
    return checks


def _unreadable(column: Column) -> Rule:
    if column.choices:
        return "unknown_value"
    if column.kind in ("date", "timestamp"):
        return "not_a_date"
    return "not_yes_or_no" if column.kind == "boolean" else "not_a_number"


def _range_checks(column: Column) -> list[Check]:
    name, checks = column.name, []
    if column.above is not None:
        checks.append(Check("zero_quantity", name, f"{name} = 0"))
        checks.append(Check("negative_quantity", name, f"{name} < {column.above:g}"))
    if column.minimum is not None:
        rule: Rule = "negative_price" if column.kind == "money" and column.minimum == 0 else "out_of_range"
        checks.append(Check(rule, name, f"{name} < {column.minimum:g}"))
    if column.maximum is not None:
        checks.append(Check("out_of_range", name, f"{name} > {column.maximum:g}"))
    if column.kind in LARGEST:
        checks.append(Check("out_of_range", name, f"abs({name}) > {LARGEST[column.kind]:.0f}"))
    return checks


def _word(cell: str) -> str:
    return f"strip_accents(replace(lower(trim({cell}, ' :.')), 'đ', 'd'))"


def _sum_checks() -> list[Check]:
    """Sums and notes between the rows: no product and no day, or a word for a sum where one of these should be."""
    words = ", ".join(quote(word) for word in TOTALS)
    product, day = _word(raw("product_id")), _word(raw("ordered_at"))
    nothing = f"({raw('product_id')} IS NULL AND ordered_at IS NULL)"
    return [Check("summary_row", "*", f"{nothing} OR {product} IN ({words}) OR {day} IN ({words})")]


def _product_checks(table_map: TableMap) -> list[Check]:
    codes = ", ".join(quote(code.casefold()) for code in (*NOT_PRODUCTS, *table_map.not_products))
    conditions = [f"{_word('product_id')} IN ({codes})"]
    conditions += [f"regexp_full_match(lower(product_id), {quote(code[3:])})" for code in table_map.not_products if code.startswith("re:")]
    return [
        Check("not_a_product", "product_id", " OR ".join(conditions)),
        Check("test_product", "product_id", "regexp_full_match(lower(product_id), '(test|dummy|sample)[ _-]?[0-9]*')"),
    ]


def verdict_sql(checks: list[Check]) -> str:
    """The CASE that gives a row its verdict, NULL for a row that passes; what the reader found comes first."""
    cases = "".join(f" WHEN {check.broken} THEN {quote(check.verdict)}" for check in checks)
    return f"CASE WHEN _fault IS NOT NULL THEN _fault{cases} END"
