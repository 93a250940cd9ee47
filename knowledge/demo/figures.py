"""Figures as a document of this language writes them."""

from __future__ import annotations

from datetime import date

from knowledge.demo.paper import PaperLanguage

_MONTHS = ["January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"]


def grouped(number: float, language: PaperLanguage) -> str:
    """A whole number with its thousands apart."""
    text = f"{round(number):,}"
    return text if language == "en" else text.replace(",", ".")


def money(amount: float, language: PaperLanguage) -> str:
    """An amount in the currency of the demo company."""
    return f"{grouped(amount, language)} {'VND' if language == 'en' else 'đồng'}"


def decimal(number: float, digits: int, language: PaperLanguage) -> str:
    """A number with this many digits behind the mark."""
    text = f"{number:,.{digits}f}"
    return text if language == "en" else text.translate(str.maketrans(",.", ".,"))


def percent(rate: float, language: PaperLanguage, digits: int = 1) -> str:
    """A fraction of 1 in percent."""
    return f"{decimal(rate * 100, digits, language)} %"


def short(number: float, language: PaperLanguage) -> str:
    """A percentage as contracts write it: no digit too many."""
    text = f"{number:g}"
    return text if language == "en" else text.replace(".", ",")


def day_in_words(day: date, language: PaperLanguage) -> str:
    """A day."""
    return f"{day.day} {_MONTHS[day.month - 1]} {day.year}" if language == "en" else f"ngày {day.day} tháng {day.month} năm {day.year}"


def month_in_words(day: date, language: PaperLanguage) -> str:
    """A month of a year."""
    return f"{_MONTHS[day.month - 1]} {day.year}" if language == "en" else f"tháng {day.month}/{day.year}"


def quarter_in_words(day: date, language: PaperLanguage) -> str:
    """A quarter of a year."""
    number = (day.month - 1) // 3 + 1
    if language == "vi":
        return f"quý {number}/{day.year}"
    return f"the {('first', 'second', 'third', 'fourth')[number - 1]} quarter of {day.year}"
