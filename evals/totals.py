"""Totals of a run: every rate with its Wilson interval, the whole and by bucket."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence

from evals.results import Judged, Run
from evals.slots import SLOT_KINDS
from tools.facts import Frozen

_Z = 1.959964  # 95 %
ABSTAIN = ("clarify", "decline", "refuse")
COSTS = (0, 1, 5, 10)


class Rate(Frozen):
    """A part of n with its 95 % interval; a mean or an F1 has no interval and low = high = value."""

    value: float
    low: float
    high: float
    n: int

    def __str__(self) -> str:
        return f"{self.value:.3f} ({self.low:.3f} to {self.high:.3f}, n={self.n})"


def wilson(hits: int, n: int) -> Rate:
    """The part `hits` of `n` with its Wilson score interval; of nothing, everything is possible."""
    if n == 0:
        return Rate(value=0.0, low=0.0, high=1.0, n=0)
    part, square = hits / n, _Z * _Z
    middle = (part + square / (2 * n)) / (1 + square / n)
    half = _Z * math.sqrt(part * (1 - part) / n + square / (4 * n * n)) / (1 + square / n)
    return Rate(value=part, low=0.0 if hits == 0 else max(middle - half, 0.0), high=1.0 if hits == n else min(middle + half, 1.0), n=n)


def part_of(turns: Iterable[Judged], holds: Callable[[Judged], bool]) -> Rate:
    """Which part of the turns something holds for."""
    asked = list(turns)
    return wilson(sum(map(holds, asked)), len(asked))


def mean_of(values: Iterable[float]) -> Rate:
    """A mean, as a rate without interval."""
    kept = list(values)
    mean = sum(kept) / len(kept) if kept else 0.0
    return Rate(value=mean, low=mean, high=mean, n=len(kept))


def totals(run: Run) -> dict[str, Rate]:
    """Every figure of a run."""
    turns = run.turns
    asked = [turn for turn in turns if turn.wants_answer]
    answered = [turn for turn in turns if turn.answered]
    dialogue = [turn for turn in turns if turn.dialogue]
    return {
        "correct": part_of(turns, lambda turn: turn.correct),
        "execution accuracy": part_of(asked, lambda turn: bool(turn.executed)),
        "selective accuracy": part_of(answered, lambda turn: turn.correct),
        "coverage": part_of(asked, lambda turn: turn.answered),
        "silent substitution": part_of(turns, lambda turn: turn.silently_wrong),
        **{f"RS({cost})": mean_of(_reliability(turn, cost) for turn in turns) for cost in COSTS},
        "AURC": mean_of(_risks(answered)),
        "clarification quality": part_of((turn for turn in turns if turn.clarified is not None), lambda turn: bool(turn.clarified)),
        "abstain macro F1": macro_f1([(_label(turn), turn.did) for turn in turns], ABSTAIN),
        **{f"{kind} F1": macro_f1([(_label(turn), turn.did) for turn in turns], (kind,)) for kind in ABSTAIN},
        "needless clarification": part_of(asked, lambda turn: turn.did == "clarify" and "clarify" not in turn.expect),
        "slot F1": _slot_f1(turns, SLOT_KINDS),
        **{f"slot F1, {kind}": _slot_f1(turns, (kind,)) for kind in SLOT_KINDS},
        "routing macro F1": _routing(turns),
        "tool match": part_of((turn for turn in turns if turn.tools_match is not None), lambda turn: bool(turn.tools_match)),
        "grounded answers": part_of(answered, lambda turn: turn.ungrounded == 0),
        "relevance": mean_of(turn.relevance for turn in turns if turn.relevance is not None),
        "dialogue turns": part_of(dialogue, lambda turn: turn.correct),
        "whole dialogues": _whole_dialogues(dialogue),
        **{f"paraphrase pass^{k}": pass_hat(turns, k) for k in (2, 4, 8)},
        "noise drop": _drop(turns),
        "English": part_of((turn for turn in asked if turn.language == "en"), lambda turn: bool(turn.executed)),
        "Vietnamese": part_of((turn for turn in asked if turn.language == "vi"), lambda turn: bool(turn.executed)),
        "same twice": part_of((turn for turn in turns if turn.steady is not None), lambda turn: bool(turn.steady)),
        "tool calls an answer": mean_of(turn.calls for turn in answered),
        "tokens a turn": mean_of(turn.tokens for turn in turns),
        "cost a turn, USD": mean_of(turn.cost_usd for turn in turns),
        "no fault": part_of(turns, lambda turn: turn.did != "failed"),
    }


def latencies(run: Run) -> dict[str, float]:
    """Seconds, planner and end to end."""
    found = {"planner": [turn.planner_seconds for turn in run.turns], "end to end": [turn.seconds for turn in run.turns]}
    return {f"{name} p{part}": quantile(values, part / 100) for name, values in found.items() for part in (50, 95, 99)}


def quantile(values: Sequence[float], part: float) -> float:
    """The value that this part stays at or under."""
    ordered = sorted(values)
    return ordered[min(math.ceil(part * len(ordered)), len(ordered)) - 1] if ordered else 0.0


def buckets(run: Run) -> dict[str, dict[str, Rate]]:
    """The part of right turns by archetype, language, noise, expectation, company, and questions against dialogues."""
    keys: dict[str, Callable[[Judged], str]] = {
        "archetype": lambda turn: f"{turn.archetype:02d}",
        "language": lambda turn: turn.language,
        "noise": lambda turn: turn.noise or "none",
        "expected": lambda turn: turn.expect[0],
        "company": lambda turn: turn.company,
        "kind": lambda turn: "dialogue" if turn.dialogue else "question",
    }
    return {name: _by(run.turns, key) for name, key in keys.items()}


def _by(turns: Iterable[Judged], key: Callable[[Judged], str]) -> dict[str, Rate]:
    groups: dict[str, list[Judged]] = defaultdict(list)
    for turn in turns:
        groups[key(turn)].append(turn)
    return {name: part_of(group, lambda turn: turn.correct) for name, group in sorted(groups.items())}


def _reliability(turn: Judged, cost: float) -> float:
    """+1 for what is right, 0 for holding back without need, -cost for a wrong answer."""
    if turn.correct:
        return 1.0
    return -cost if turn.answered else 0.0


def _risks(answered: Iterable[Judged]) -> Iterator[float]:
    """The share of wrong answers among the surest 1, 2, 3 ...: their mean is the area under the risk-coverage curve."""
    wrong = 0
    for count, turn in enumerate(sorted(answered, key=lambda turn: -turn.sure), 1):
        wrong += not turn.correct
        yield wrong / count


def _label(turn: Judged) -> str:
    """What it should have done: where several are right, the one that was done."""
    return turn.did if turn.did in turn.expect else turn.expect[0]


def macro_f1(pairs: Sequence[tuple[str, str]], classes: Sequence[str]) -> Rate:
    """The mean F1 of some classes over (right, given) pairs; classes that nowhere occur are left out."""
    scores = []
    for name in classes:
        found = sum(right == name == given for right, given in pairs)
        wanted, told = sum(right == name for right, _ in pairs), sum(given == name for _, given in pairs)
        if wanted + told:
            scores.append(2 * found / (wanted + told))
    mean = sum(scores) / len(scores) if scores else 0.0
    return Rate(value=mean, low=mean, high=mean, n=sum(right in classes for right, _ in pairs))


def _slot_f1(turns: Iterable[Judged], kinds: Sequence[str]) -> Rate:
    counts = [turn.slots[kind] for turn in turns for kind in kinds if kind in turn.slots and turn.answered]
    found, missing, extra = (sum(each[place] for each in counts) for place in range(3))
    score = 2 * found / (2 * found + missing + extra) if found + missing + extra else 0.0
    return Rate(value=score, low=score, high=score, n=found + missing)


def _routing(turns: Iterable[Judged]) -> Rate:
    routed = [turn for turn in turns if turn.right_agents]
    agents = sorted({agent for turn in routed for agent in (*turn.right_agents, *turn.asked_agents)})
    scores = []
    for agent in agents:
        both = sum(agent in turn.right_agents and agent in turn.asked_agents for turn in routed)
        either = sum((agent in turn.right_agents) + (agent in turn.asked_agents) for turn in routed)
        scores.append(2 * both / either)
    mean = sum(scores) / len(scores) if scores else 0.0
    return Rate(value=mean, low=mean, high=mean, n=len(routed))


def _whole_dialogues(turns: Iterable[Judged]) -> Rate:
    groups: dict[tuple[str, str], list[bool]] = defaultdict(list)
    for turn in turns:
        groups[turn.company, turn.case].append(turn.correct)
    return wilson(sum(map(all, groups.values())), len(groups))


def pass_hat(turns: Iterable[Judged], k: int) -> Rate:
    """The chance that k wordings of one intent, drawn from ours, are all right: C(right, k) / C(all, k), over intents with k or more."""
    groups: dict[tuple[str, str], list[bool]] = defaultdict(list)
    for turn in turns:
        if turn.intent:
            groups[turn.company, turn.intent].append(turn.correct)
    return mean_of(math.comb(sum(group), k) / math.comb(len(group), k) for group in groups.values() if len(group) >= k)


def _drop(turns: Iterable[Judged]) -> Rate:
    """How much lower noisy wordings score than clean ones of the same intents; of all questions when no intent has both."""
    groups: dict[tuple[str, str], dict[bool, list[bool]]] = defaultdict(lambda: {True: [], False: []})
    for turn in turns:
        if turn.intent:
            groups[turn.company, turn.intent][turn.noise is not None].append(turn.correct)
    pairs = [(group[False], group[True]) for group in groups.values() if group[True] and group[False]]
    return mean_of(sum(clean) / len(clean) - sum(noisy) / len(noisy) for clean, noisy in pairs)
