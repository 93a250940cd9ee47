"""Why a language model was not used: a closed list, in words without a character of what a provider said."""

from __future__ import annotations

from typing import Literal

from agents.plan import Language

TroubleKind = Literal["timeout", "rate_limited", "down", "rejected", "unreadable", "invalid", "loop", "over_budget", "paused"]

_WORDS: dict[Language, dict[TroubleKind, str]] = {
    "en": {
        "timeout": "it took too long",
        "rate_limited": "its provider allows no more requests now",
        "down": "its provider could not be reached",
        "rejected": "its provider refused the request",
        "unreadable": "its reply could not be read",
        "invalid": "what it proposed was not valid twice",
        "loop": "it went round in circles",
        "over_budget": "the question would have cost more than one question may",
        "paused": "it failed too often just now and rests",
    },
    "vi": {
        "timeout": "mô hình trả lời quá lâu",
        "rate_limited": "nhà cung cấp tạm thời không nhận thêm yêu cầu",
        "down": "không kết nối được với nhà cung cấp",
        "rejected": "nhà cung cấp từ chối yêu cầu",
        "unreadable": "không đọc được câu trả lời của mô hình",
        "invalid": "đề xuất của mô hình hai lần không hợp lệ",
        "loop": "mô hình lặp đi lặp lại",
        "over_budget": "câu hỏi vượt quá chi phí cho phép",
        "paused": "mô hình vừa lỗi nhiều lần nên tạm nghỉ",
    },
}
_UNUSED: dict[Language, str] = {"en": "Read without the language model: {why}.", "vi": "Không dùng mô hình ngôn ngữ: {why}."}


class ModelTrouble(Exception):
    """The language model cannot be used for this. `detail` is ours; a provider's own text could hold a key and is never kept."""

    def __init__(self, kind: TroubleKind, detail: str = "", wait_seconds: float | None = None) -> None:
        self.kind, self.detail, self.wait_seconds = kind, detail, wait_seconds
        super().__init__(f"{_WORDS['en'][kind]}{f' ({detail})' if detail else ''}")


def unused_because(kind: TroubleKind, language: Language) -> str:
    """One sentence for the person who asked."""
    return _UNUSED[language].format(why=_WORDS[language][kind])
