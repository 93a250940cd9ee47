"""What free SQL may cost: size of the tree, joins that match rows, growth of text, rows asked for."""

from __future__ import annotations

from sqlglot import exp
from sqlglot.optimizer.scope import Scope, traverse_scope, walk_in_scope

from tools.query.guard_functions import AGGREGATES, NAMED_AGGREGATES
from tools.query.guard_refusal import SqlRefused

MAX_NODES = 600  # names not counted
MAX_TREE_DEPTH = 120
MAX_JOINS = 6  # in one SELECT
MAX_SOURCES = 16  # tables, WITH parts and subqueries read in the whole statement
MAX_GLUED = 8  # || and concat arguments in the whole statement
MAX_REPLACED = 4
MAX_SPELLED_OUT = 3000  # nodes after every label and star has been replaced by what it stands for
MAX_STARS = 4
MAX_CUBED = 6  # columns in CUBE and ROLLUP: a cube doubles with each
MAX_PIECE = 32  # characters a replacement or a separator may add


def check_size_of_tree(tree: exp.Expr) -> None:
    nodes = sum(1 for node in tree.walk() if not isinstance(node, exp.Identifier))
    if nodes > MAX_NODES:
        raise SqlRefused(
            "cost", "The statement has too many parts", value=str(nodes), allowed=[f"{MAX_NODES}"], remedy="ask in smaller steps"
        )
    if depth_of(tree) > MAX_TREE_DEPTH:
        raise SqlRefused(
            "cost", "The statement is nested too deep", allowed=[f"{MAX_TREE_DEPTH} levels"], remedy="use WITH to name the parts"
        )
    sources = len(list(tree.find_all(exp.Table)))
    if sources > MAX_SOURCES:
        raise SqlRefused("cost", "The statement reads too many tables", value=str(sources), allowed=[str(MAX_SOURCES)])


def depth_of(tree: exp.Expr) -> int:
    depths = {id(tree): 1}
    for node in tree.walk():
        if node.parent is not None:
            depths[id(node)] = depths.get(id(node.parent), 0) + 1
    return max(depths.values())


def check_spelled_out(tree: exp.Expr) -> None:
    """Refuse labels that double each other (a + a AS b, b + b AS c ...) before the resolver spells them out."""
    stars = sum(not isinstance(star.parent, exp.Count) for star in tree.find_all(exp.Star))
    cubed = sum(len(group.expressions) for group in tree.find_all(exp.Cube, exp.Rollup))
    if stars > MAX_STARS or cubed > MAX_CUBED:
        raise SqlRefused(
            "cost", "The statement spells out to too much", allowed=[f"{MAX_STARS} stars", f"{MAX_CUBED} columns in CUBE or ROLLUP"]
        )
    if sum(spelled_out_size(select) for select in tree.find_all(exp.Select)) > MAX_SPELLED_OUT:
        raise SqlRefused("cost", "Result columns are used within each other too often", remedy="use WITH to name the steps")


def spelled_out_size(select: exp.Select) -> int:
    """Nodes of the query itself once each label stands for its expression; labels may use those before them."""
    sizes: dict[str, int] = {}

    def size(part: exp.Expr) -> int:
        nodes = list(part.walk(prune=lambda node: isinstance(node, exp.Query)))
        return sum(sizes.get(node.name.lower(), 1) if isinstance(node, exp.Column) and not node.table else 1 for node in nodes)

    total = 0
    for item in select.expressions:
        total += size(item)
        if isinstance(item, exp.Alias):
            sizes[item.alias.lower()] = size(item.this)
    clauses = [select.args.get(name) for name in ("where", "group", "having", "qualify", "order")]
    return total + sum(size(clause) for clause in clauses if clause is not None) if total <= MAX_SPELLED_OUT else total


def check_growth(tree: exp.Expr) -> None:
    """Text may be put together, not multiplied."""
    glued = sum(1 if isinstance(node, exp.DPipe) else len(node.expressions) for node in tree.find_all(exp.DPipe, exp.Concat, exp.ConcatWs))
    replaced = list(tree.find_all(exp.Replace))
    if glued > MAX_GLUED or len(replaced) > MAX_REPLACED:
        raise SqlRefused(
            "cost", "The statement puts too much text together", allowed=[f"{MAX_GLUED} joined texts", f"{MAX_REPLACED} replace"]
        )
    pieces = [node.args.get("replacement") for node in replaced]
    pieces += [node.args.get("separator") for node in tree.find_all(exp.GroupConcat)]
    for piece in pieces:
        if piece is not None and not (isinstance(piece, exp.Literal) and len(piece.name) <= MAX_PIECE):
            raise SqlRefused("cost", "A replacement or separator is a short text written out", allowed=[f"{MAX_PIECE} characters"])


def check_limits(tree: exp.Query, limit: int) -> None:
    for node in tree.find_all(exp.Limit):
        if int(node.expression.name) > limit:
            raise SqlRefused("limit", "LIMIT is too large", value=node.expression.name, allowed=[f"up to {limit}"])


def check_joins(tree: exp.Query) -> None:
    """Every join matches rows by an equality between both sides, unless one side is a single row."""
    for scope in traverse_scope(tree):
        joins = scope.expression.args.get("joins") or []
        if len(joins) > MAX_JOINS:
            raise SqlRefused("cost", "Too many joins in one SELECT", value=str(len(joins)), allowed=[str(MAX_JOINS)], remedy="use WITH")
        start = scope.expression.args.get("from_")
        before = {start.this.alias_or_name} if start else set()
        for join in joins:
            check_join(join, before, scope)
            before.add(join.alias_or_name)


def check_join(join: exp.Join, before: set[str], scope: Scope) -> None:
    new = join.alias_or_name
    if any(matches(condition, before, new) for condition in conditions(join)):
        return
    if is_single_row(scope.sources.get(new)) or (len(before) == 1 and is_single_row(scope.sources.get(next(iter(before))))):
        return
    raise SqlRefused(
        "join",
        "A join needs an equality between both sides",
        value=new,
        allowed=["JOIN ... ON a.key = b.key"],
        remedy="say which columns belong together; only a single row, such as a total, may be joined without",
    )


def conditions(join: exp.Join) -> list[exp.Expr]:
    on = join.args.get("on")
    return list(on.flatten()) if isinstance(on, exp.And) else [on] if on else []


def matches(condition: exp.Expr, before: set[str], new: str) -> bool:
    while isinstance(condition, exp.Paren):
        condition = condition.this
    if isinstance(condition, exp.And):
        return any(matches(part, before, new) for part in condition.flatten())
    if not isinstance(condition, exp.EQ | exp.NullSafeEQ):
        return False
    left, right = owners(condition.this), owners(condition.expression)
    return (left == {new} and bool(right) and right <= before) or (right == {new} and bool(left) and left <= before)


def owners(side: exp.Expr) -> set[str]:
    return {column.table for column in side.find_all(exp.Column)}


def is_single_row(source: exp.Expr | Scope | None) -> bool:
    """A query without FROM, one that keeps one row, or one that aggregates everything."""
    query = source.expression if isinstance(source, Scope) else None
    if not isinstance(query, exp.Select) or query.args.get("group"):
        return False
    if not query.args.get("from_"):
        return True
    kept = query.args.get("limit")
    return (kept is not None and kept.expression.name == "1") or any(aggregates(item) for item in query.expressions)


def aggregates(item: exp.Expr) -> bool:
    return any(
        (isinstance(node, AGGREGATES) or (isinstance(node, exp.Anonymous) and node.name.lower() in NAMED_AGGREGATES))
        and node.find_ancestor(exp.Window, exp.Select, exp.Subquery) is item.find_ancestor(exp.Select)
        for node in walk_in_scope(item)
    )
