"""Conditions in words, made from their values: what a person checks before anything is calculated with them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Literal

from knowledge.clauses import (
    Condition,
    EarlyPayment,
    LateDelivery,
    LeadTime,
    MinimumOrder,
    Payment,
    Rejects,
    ReturnWindow,
    ShortDelivery,
)


def english(condition: Condition) -> str:
    """In English."""
    match condition:
        case LateDelivery():
            return _late_en(condition)
        case MinimumOrder():
            return f"an order is worth at least {condition.amount:,f} {condition.currency}"
        case Payment():
            return f"payment within {_days_en(condition.within_days, condition.days)}"
        case EarlyPayment():
            return f"{_percent(condition.discount)} off when paid within {_days_en(condition.within_days)}"
        case LeadTime():
            return f"delivery within {_days_en(condition.within_days, condition.days)} of the order"
        case Rejects():
            return f"the whole line may be refused when more than {_percent(condition.over)} of it is rejected"
        case ShortDelivery():
            return f"a delivery under {_percent(condition.under)} of the ordered quantity is incomplete"
        case ReturnWindow():
            return f"customers may return goods within {_days_en(condition.within_days)} of delivery"


def vietnamese(condition: Condition) -> str:
    """In Vietnamese."""
    match condition:
        case LateDelivery():
            return _late_vi(condition)
        case MinimumOrder():
            return f"đơn hàng có giá trị tối thiểu {condition.amount:,f}".replace(",", ".") + f" {condition.currency}"
        case Payment():
            return f"thanh toán trong {_days_vi(condition.within_days, condition.days)}"
        case EarlyPayment():
            return f"giảm {_percent(condition.discount, ',')} khi thanh toán trong {_days_vi(condition.within_days)}"
        case LeadTime():
            return f"giao hàng trong {_days_vi(condition.within_days, condition.days)} kể từ ngày đặt"
        case Rejects():
            return f"được từ chối cả dòng hàng khi trên {_percent(condition.over, ',')} bị loại"
        case ShortDelivery():
            return f"giao dưới {_percent(condition.under, ',')} số lượng đặt là giao thiếu"
        case ReturnWindow():
            return f"khách được trả hàng trong {_days_vi(condition.within_days)} kể từ khi nhận"


def _late_en(late: LateDelivery) -> str:
    per = {"day": " for each day", "week": " for each full week", "once": ", once"}[late.per]
    since = (
        {"from_first_day": " from the first day of delay", "after_grace": " after those days"}[late.counting] if late.per != "once" else ""
    )
    late_by = f"late by more than {_days_en(late.grace_days, late.days)}" if late.grace_days else "late"
    cap = f", at most {_percent(late.cap)}" if late.cap is not None else ""
    return f"{late_by}: {_percent(late.rate)} of the value of the late goods{per}{since if late.grace_days else ''}{cap}"


def _late_vi(late: LateDelivery) -> str:
    per = {"day": " mỗi ngày", "week": " mỗi tuần đủ", "once": ", một lần"}[late.per]
    since = {"from_first_day": " tính từ ngày trễ đầu tiên", "after_grace": " sau số ngày đó"}[late.counting] if late.per != "once" else ""
    late_by = f"giao trễ quá {_days_vi(late.grace_days, late.days)}" if late.grace_days else "giao trễ"
    cap = f", tối đa {_percent(late.cap, ',')}" if late.cap is not None else ""
    return f"{late_by}: {_percent(late.rate, ',')} giá trị hàng trễ{per}{since if late.grace_days else ''}{cap}"


def _percent(share: Decimal, mark: str = ".") -> str:
    shown = f"{(share * 100).normalize():f}"
    return f"{shown.replace('.', mark)} %"


def _days_en(days: int, kind: str = "calendar") -> str:
    return f"{days} {'working ' if kind == 'working' else ''}day{'' if days == 1 else 's'}"


def _days_vi(days: int, kind: str = "calendar") -> str:
    return f"{days} ngày{' làm việc' if kind == 'working' else ''}"


WORDS: Mapping[Literal["en", "vi"], Callable[[Condition], str]] = {"en": english, "vi": vietnamese}
