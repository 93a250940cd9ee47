"""The engine's own syntax tree, held to a list: every kind of node, every key, every function and type it may hold."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import cast

from ingestion.schema import TABLE_NAMES
from tools.query.guard_functions import ENGINE_FUNCTIONS, names
from tools.query.guard_names import HIDDEN
from tools.query.guard_refusal import SqlRefused

Json = dict[str, "Json"] | list["Json"] | str | int | float | bool | None
Node = dict[str, Json]
Names = frozenset[str]


# What the tree may hold, key by key; an empty value says nothing, any other must be on its list.
CHOICES: Mapping[str, Names] = {
    "class": names("BETWEEN CASE CAST COLUMN_REF COMPARISON CONJUNCTION CONSTANT FUNCTION OPERATOR SUBQUERY WINDOW"),
    "subquery_type": names("SCALAR ANY EXISTS"),
    "join_type": names("INNER LEFT RIGHT FULL SEMI ANTI"),
    "ref_type": names("REGULAR CROSS"),
    "setop_type": names("UNION EXCEPT INTERSECT"),
    "function_name": ENGINE_FUNCTIONS,
    "schema": names("main"),
    "aggregate_handling": names("STANDARD_HANDLING FORCE_AGGREGATES"),
    "exclude_clause": names("NO_OTHER"),
}
NODE_TYPES = names("""
    SELECT_NODE SET_OPERATION_NODE ORDER_MODIFIER LIMIT_MODIFIER DISTINCT_MODIFIER BASE_TABLE JOIN SUBQUERY EMPTY
    ASCENDING DESCENDING ORDER_DEFAULT DECIMAL_TYPE_INFO
""")
OPERATOR_TYPES = names("""
    OPERATOR_IS_NULL OPERATOR_IS_NOT_NULL OPERATOR_NOT OPERATOR_COALESCE COMPARE_IN COMPARE_NOT_IN GROUPING_FUNCTION
""")
TYPES = names("""
    TINYINT SMALLINT INTEGER BIGINT HUGEINT FLOAT DOUBLE DECIMAL VARCHAR CHAR BOOLEAN DATE TIME TIMESTAMP NULL
""") | {"TIMESTAMP WITH TIME ZONE"}

# Filled only in forms of SQL that are never written here; a key on neither list may not be filled at all.
EMPTY_KEYS = names("""
    sample at_clause schema_name catalog_name catalog using_columns column_name_alias named_param_map collation
    duplicate_eliminated_columns is_materialized export_state delim_flipped
""")
FREE_KEYS = names("""
    alias arg_orders case_checks child children column_names comparison_type condition cte_map distinct
    distinct_on_targets else_expr end end_expr default_expr error expression filter filter_expr from_table
    group_expressions group_sets having id ignore_nulls input is_null is_operator key left limit lower map materialized
    modifiers node null_order offset offset_expr order_bys orders partitions qualify query query_location right scale
    select_list setop_all start start_expr statements subquery table_name then_expr try_cast type type_info upper value
    when_expr where_clause width cast_type
""")


def check_tree(serialized: str, tables: Names, screened: Mapping[str, Names], narrowed: Names) -> None:
    tree = cast(Node, json.loads(serialized))
    if tree.get("error") is not False:
        raise disagreement("the engine cannot spell it out")
    parts = {str(node["key"]) for node in nodes(tree) if "key" in node}
    read = {str(node["table_name"]) for node in nodes(tree) if "table_name" in node}
    if read - parts != tables or parts & set(TABLE_NAMES):
        raise disagreement(f"its tree reads {sorted(read - parts)}, not {sorted(tables)}")
    for node in nodes(tree):
        check_node(node)
        if node.get("type") == "SELECT_NODE":
            check_screens(node, screened, narrowed)


def check_node(node: Node) -> None:
    for key, value in node.items():
        if value in (None, "", False, []):
            continue
        if key in CHOICES:
            if value not in CHOICES[key]:
                raise disagreement(f"{key} {value}")
        elif key in EMPTY_KEYS or key not in FREE_KEYS:
            raise disagreement(f"{key} {value}")
    check_type(node)
    parts = node.get("column_names")
    if isinstance(parts, list) and (len(parts) > 2 or str(parts[-1]).lower() in HIDDEN):
        raise disagreement(f"column {parts}")


def check_type(node: Node) -> None:
    kind = node.get("type")
    if "class" not in node:
        known = not isinstance(kind, str) or kind in NODE_TYPES
    else:
        known = node["class"] != "OPERATOR" or kind in OPERATOR_TYPES
    target = node.get("cast_type")
    if not known or (isinstance(target, dict) and target.get("id") not in TYPES):
        raise disagreement(f"type {kind} {target}")


def check_screens(select: Node, screened: Mapping[str, Names], narrowed: Names) -> None:
    """A screened table is read alone, by a query that hands on nothing but its permitted columns and rows."""
    for table in sources(select.get("from_table")):
        if table not in screened:
            continue
        items = cast("list[Node]", select.get("select_list"))
        alone = cast(Node, select.get("from_table")).get("type") == "BASE_TABLE"
        plain = all(item.get("column_names") in [[table, column] for column in screened[table]] for item in items)
        if not (alone and plain) or (table in narrowed and not select.get("where_clause")):
            raise disagreement(f"table {table} is read in the open")


def sources(source: Json) -> Iterator[str]:
    """The tables read at this level: through joins, not into subqueries."""
    if isinstance(source, dict) and source.get("type") == "JOIN":
        yield from sources(source.get("left"))
        yield from sources(source.get("right"))
    elif isinstance(source, dict) and str(source.get("table_name")) in TABLE_NAMES:
        yield str(source.get("table_name"))


def nodes(tree: Json) -> Iterator[Node]:
    waiting: list[Json] = [tree]
    while waiting:
        part = waiting.pop()
        if isinstance(part, dict):
            yield part
            waiting.extend(part.values())
        elif isinstance(part, list):
            waiting.extend(part)


def disagreement(detail: str) -> SqlRefused:
    return SqlRefused(
        "disagreement",
        "The database would not read this statement as it was checked",
        remedy="write it more simply, without quoted names and unusual forms",
        detail=detail,
    )
