"""What the asker may see, put into the finished statement last and always: rows up to as_of, rows in scope, columns as they stood."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlglot import exp

from ingestion.calendar import midnight_utc
from ingestion.schema import TABLE_NAMES, table
from tools.query.bench import Bench, parse

SCOPES = ("location", "province")


def restrict(tree: exp.Query, bench: Bench) -> exp.Query:
    """The statement with every table replaced by its visible rows. Operators cannot forget it: they never see it."""
    for node in list(tree.find_all(exp.Table)):
        if node.name in TABLE_NAMES and not node.db:
            visible = visible_sql(node.name, bench)
            if visible is not None:
                node.replace(exp.Subquery(this=parse(visible), alias=exp.TableAlias(this=exp.to_identifier(node.alias or node.name))))
    return tree


def visible_sql(name: str, bench: Bench) -> str | None:
    """The SELECT of a table's visible rows; None when every row is visible as it stands."""
    past = _as_they_stood(name, bench)
    conditions = [*_up_to_as_of(name, bench), *(condition for scope in SCOPES for condition in _in_scope(name, scope, bench))]
    if not past and not conditions:
        return None
    columns = ", ".join(f"{past[c]} AS {c}" if c in past else c for c in table(name).column_names) if past else "*"
    return f"SELECT {columns} FROM {name}" + (f" WHERE {' AND '.join(conditions)}" if conditions else "")


def _as_they_stood(name: str, bench: Bench) -> dict[str, str]:
    """Columns that later events have changed, as expressions that undo them; none when nothing came later."""
    found = {}
    for column, rewrites in bench.definitions.tables[name].past.items():
        later = [rewrite for rewrite in rewrites if reaches_beyond(rewrite.after, bench)]
        if later:
            cases = " ".join(f"WHEN {rewrite.when} THEN {rewrite.then}" for rewrite in later)
            found[column] = f"CASE {cases} ELSE {column} END".replace("{horizon}", bench.horizon())
    return found


def reaches_beyond(reference: str, bench: Bench) -> bool:
    """Whether a date or timestamp column holds anything after as_of."""
    extent = bench.source.extent(reference)
    if extent is None:
        return False
    is_date = bench.definitions.kind(reference) == "date"
    return extent[1].date() > bench.context.as_of if is_date else extent[1] >= _horizon(bench)


def _horizon(bench: Bench) -> datetime:
    return midnight_utc(bench.context.as_of + timedelta(days=1), bench.context.timezone)


def _up_to_as_of(name: str, bench: Bench) -> list[str]:
    rule = bench.definitions.tables[name]
    if rule.follows:
        parent = _up_to_as_of(rule.follows, bench)
        return [_among(name, rule.follows, parent, bench)] if parent else []
    if rule.visible is None or not reaches_beyond(f"{name}.{rule.visible}", bench):
        return []
    column = table(name)[rule.visible]
    bound = bench.bind(_horizon(bench) if column.kind == "timestamp" else bench.context.as_of + timedelta(days=1))
    condition = f"{name}.{rule.visible} < {bound}"
    return [condition if column.required else f"({name}.{rule.visible} IS NULL OR {condition})"]


def _in_scope(name: str, scope: str, bench: Bench) -> list[str]:
    """Conditions that keep a user to the locations or provinces of the context."""
    allowed = bench.context.locations if scope == "location" else bench.context.provinces
    rule = bench.definitions.tables[name]
    if allowed is None or rule.shared:
        return []
    place = rule.scope.get(scope)
    if place is None or not allowed:
        return ["FALSE"]
    if "." not in place:
        return [f"{name}.{place} IN ({bench.bind_all(allowed)})"]
    parent, column = place.split(".")
    inner = " AND ".join(_in_scope(parent, scope, bench))
    return [f"{name}.{column} IN (SELECT {parent}.{column} FROM {parent} WHERE {inner})"]


def _among(name: str, parent: str, conditions: list[str], bench: Bench) -> str:
    edge = next(edge for edge in bench.definitions.edges if edge.table == name and edge.target == parent)
    keys = f"SELECT {parent}.{edge.target_columns[0]} FROM {parent} WHERE {' AND '.join(conditions)}"
    return f"{name}.{edge.columns[0]} IN ({keys})"
