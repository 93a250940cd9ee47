"""The table map of a file that no map names: found from its headers, its values and what it is called, or refused with a map to fill in."""

from __future__ import annotations

import glob
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import yaml
from rapidfuzz import fuzz

from ingestion.errors import BadMapping
from ingestion.likeness import ColumnEvidence, assign
from ingestion.mapping import TARGETS, TableMap, needed, plain
from ingestion.objections import FAMILIES, Objection, object_to
from ingestion.schema import Table
from ingestion.titles import Title, read_title

_ABOUT = 0.3  # share of a file's columns a target must explain before the file is taken to be about it
_LISTED = 0.6  # share of a column's cells that hold lists before the file is taken for nested documents
_PARTS = re.compile(r"line|item|position|detail|product|artikel|produkt|article")
_FORCE = "if these are sales after all, load them with --preset sales-lines"


@dataclass(frozen=True)
class _Judged:
    target: Table
    columns: dict[str, str]
    missing: tuple[str, ...]
    objection: Objection | None
    score: float

    def explains(self, headers: int) -> bool:
        """Whether it has what it needs and is about most of the file: a sales list is no list of shops because it names them."""
        return self.suffices(headers) and self.objection is None

    def suffices(self, headers: int) -> bool:
        return not self.missing and len(self.columns) >= min(2, headers) and len(self.columns) >= _ABOUT * headers

    @property
    def nearness(self) -> float:
        return self.score + 0.4 * len(self.missing)


def propose(name: str, source: str, evidence: Mapping[str, ColumnEvidence], only: str | None = None) -> TableMap:
    """The table map that explains most of a foreign table, or BadMapping with the nearest one."""
    title = read_title(name, source)
    _refuse_nested(title, source, evidence)
    targets = [TARGETS[only]] if only else _targets(title)
    fitting = [_judge(target, title, evidence, said=only is not None) for target in targets]
    # Names that clearly mean another table are believed against bad values: the rows are then rejected one by one, with
    # their reasons, instead of the file being taken for something it is not.
    named = [_judge(target, title, evidence, trusting=True, said=only is not None) for target in targets]
    ranked = sorted((judged for judged in fitting + named if judged.explains(len(evidence))), key=lambda judged: -judged.score)
    if not ranked:
        raise _refusal(named, title, name, source, evidence)
    chosen = next((judged for judged in fitting if judged.target is ranked[0].target and judged.explains(len(evidence))), ranked[0])
    return TableMap(source=name, target=chosen.target.name, columns=chosen.columns)


def _targets(title: Title) -> list[Table]:
    """A file that is clearly called after one table is that table, or one of its kind, or nothing."""
    family = FAMILIES.get(title.clear, (title.clear,)) if title.clear else tuple(TARGETS)
    return [TARGETS[name] for name in family]


def _judge(target: Table, title: Title, evidence: Mapping[str, ColumnEvidence], trusting: bool = False, said: bool = False) -> _Judged:
    columns = assign(target, evidence, title, frozenset(needed(target)) if trusting else frozenset())
    missing = tuple(field for field in needed(target) if field not in columns)
    distinguishing = len(columns) / max(len(evidence), 1)
    own = len(columns) / len(target.columns)
    score = distinguishing + 0.1 * own + 0.6 * (target.name in title.tables) - 0.5 * len(missing)
    return _Judged(target, columns, missing, None if said else object_to(target, columns, evidence, title), score)


def _refuse_nested(title: Title, source: str, evidence: Mapping[str, ColumnEvidence]) -> None:
    """Documents with their lines inside them would lose the lines."""
    nested = [header for header, seen in evidence.items() if seen.listed >= _LISTED and _PARTS.search(plain(header))]
    if nested and title.clear not in ("products", "customers", "suppliers", "locations"):
        raise BadMapping(
            f"the column {nested[0]} holds lists of objects: every row has its lines inside it",
            where=source,
            expected="one row a line",
            remedy=f"unfold the lists, for example with: jq -c '. as $whole | .{nested[0]}[] | {{order_id: $whole.id, ...}}'"
            ", or push the orders as events (docs/data.md)",
        )


def _refusal(judged: Sequence[_Judged], title: Title, name: str, source: str, evidence: Mapping[str, ColumnEvidence]) -> BadMapping:
    """Says what is missing, or what speaks against the table the columns would make, with a map to fill in."""
    ruled_out = [each for each in judged if each.objection and each.suffices(len(evidence))]
    if ruled_out and not (title.clear and title.clear not in {each.target.name for each in ruled_out}):
        best = max(ruled_out, key=lambda each: each.score)
        return _ruled_out(best, best.objection, name, source, evidence)
    best = max(judged, key=lambda each: (each.target.name == title.clear, each.nearness))
    lack = (
        f"which lacks {', '.join(best.missing)}" if best.missing else f"which explains only {len(best.columns)} of {len(evidence)} columns"
    )
    called = f" (the name says {title.clear})" if title.clear else ""
    return BadMapping(
        f"these columns make no table of the contract; nearest is {best.target.name}{called}, {lack}. {_found(best, evidence)}",
        where=source,
        remedy=f"put this in a file, replace each ?, and run again with --map FILE:\n{_skeleton(name, [best])}",
    )


def _ruled_out(best: _Judged, objection: Objection | None, name: str, source: str, evidence: Mapping[str, ColumnEvidence]) -> BadMapping:
    why, instead = (objection.why, objection.instead) if objection else ("", ())
    title = read_title(name, source)
    others = [_judge(TARGETS[other], title, evidence, trusting=True, said=True) for other in instead] or [best]
    forced = f"{_FORCE}; if not, " if best.target.name in FAMILIES["sales_lines"] else ""
    return BadMapping(
        f"these columns could make {best.target.name}, but {why}. {_found(best, evidence)}",
        where=source,
        remedy=f"{forced}put this in a file, replace each ?, and run again with --map FILE:\n{_skeleton(name, others)}",
    )


def _found(best: _Judged, evidence: Mapping[str, ColumnEvidence]) -> str:
    matched = ", ".join(f"{field} <- {header}" for field, header in best.columns.items()) or "nothing"
    return f"Columns found: {', '.join(evidence)}. Matched: {matched}"


def _skeleton(name: str, judged: Sequence[_Judged]) -> str:
    """A map file; what other tables refer to is taken from the same rows, once each."""
    tables: list[dict[str, object]] = []
    for each in judged:
        columns = {**each.columns, **dict.fromkeys(each.missing, "?")}
        table: dict[str, object] = {"source": glob.escape(name), "target": each.target.name, "columns": columns}
        if len(judged) > 1 and len(each.target.key) == 1:
            keep = {each.target.key[0], *needed(each.target)} if each.target.name in ("suppliers", "products") else set(columns)
            table |= {"columns": {field: header for field, header in columns.items() if field in keep}, "entity": True}
        tables.append(table)
    return yaml.safe_dump({"tables": tables}, allow_unicode=True, sort_keys=False)


def nearest(wanted: str, headers: Sequence[str]) -> tuple[str, float] | None:
    """The header most like `wanted`, and how like it is (0 to 100)."""
    scored = [(header, float(fuzz.ratio(plain(wanted), plain(header)))) for header in headers]
    return max(scored, key=lambda pair: pair[1], default=None)
