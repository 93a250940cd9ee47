"""What free words of a model may not hold: digits nobody gave it, links, markup, claims the facts were not asked for."""

from __future__ import annotations

import re
from collections.abc import Iterator

_DIGITS = re.compile(r"\d+")
_MARKUP = {
    "a link": re.compile(r"://|\bwww\.|\]\(|\bmailto:|\bdata:", re.IGNORECASE),
    "an image": re.compile(r"!\["),
    "HTML": re.compile(r"<\s*/?\s*[a-zA-Z!]"),
    "code": re.compile(r"```"),
}
NUMBER_WORDS = "a number in words"
# Words that claim something. A rewording may use one only where the words it replaces claim the same.
_CLAIMS = {
    "a rise": r"rose|rises?|risen|rising|grew|grows?|growth|up|increas\w*|higher|gain\w*|climb\w*|tăng",
    "a fall": r"fell|falls?|fallen|falling|down|decreas\w*|declin\w*|drop\w*|lower|lost|loss|shr[aiu]nk\w*|giảm",
    "a first place": r"highest|largest|best|most|top|biggest|record|first|lead\w*|cao nhất|lớn nhất|nhiều nhất|dẫn đầu|đứng đầu",
    "a last place": r"lowest|smallest|worst|least|fewest|last|thấp nhất|nhỏ nhất|ít nhất",
    "a cause": r"because|due to|caus\w+|driven|thanks to|owing|therefore|vì|do đó|nhờ|bởi",
    "advice": r"should|recommend\w*|must|need to|suggest\w*|advis\w+|nên|cần phải",
    NUMBER_WORDS: r"two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|twenty|dozen|half|twice|doubl\w+|tripl\w+"
    r"|hundred|thousand|million|billion|mười|trăm|nghìn|ngàn|triệu|tỷ|gấp đôi|một nửa",
}
_CLAIM_PATTERNS = {name: re.compile(rf"(?<!\w)(?:{words})(?!\w)", re.IGNORECASE) for name, words in _CLAIMS.items()}


def faults(text: str, known: str = "", limit: int = 600) -> tuple[str, ...]:
    """What is wrong with the words of a model; digits are allowed only where `known` has the same."""
    found = [name for name, pattern in _MARKUP.items() if pattern.search(text)]
    strange = sorted(set(_DIGITS.findall(text)) - set(_DIGITS.findall(known)))
    if strange:
        found.append(f"typed digits ({', '.join(strange[:5])})")
    if len(text) > limit:
        found.append(f"more than {limit} characters")
    return tuple(found)


def new_claims(text: str, before: str) -> Iterator[str]:
    """Kinds of claims in a text that the one before does not make."""
    return (name for name, pattern in _CLAIM_PATTERNS.items() if pattern.search(text) and not pattern.search(before))
