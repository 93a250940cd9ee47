"""Every function on the list is accepted under its names, and means what it means unguarded."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

import duckdb
import pytest

from tests.tools.query.test_guard_warehouse import build_warehouse
from tools.query.guard import SqlRefused, guard
from tools.query.guard_engine import parser
from tools.query.guard_functions import ENGINE_FUNCTIONS

SAMPLES = """
count(*) | count(DISTINCT product_id) | sum(quantity) | avg(quantity) | mean(quantity) | min(product_id) | max(product_id)
median(quantity) | mode(quantity) | stddev(quantity) | stddev_pop(quantity) | stddev_samp(quantity) | variance(quantity)
var_pop(quantity) | var_samp(quantity) | quantile_cont(net_amount, 0.9) | quantile_disc(quantity, 0.5) | any_value(product_id)
first(product_id) | last(product_id) | arbitrary(product_id) | arg_max(product_id, net_amount) | arg_min(product_id, net_amount)
max_by(product_id, net_amount) | min_by(product_id, net_amount) | bool_and(quantity > 0) | bool_or(quantity > 8)
count_if(quantity > 3) | corr(quantity, unit_price) | covar_pop(quantity, unit_price) | covar_samp(quantity, unit_price)
regr_slope(quantity, unit_price) | regr_intercept(quantity, unit_price) | regr_r2(quantity, unit_price)
regr_count(quantity, unit_price) | regr_avgx(quantity, unit_price) | regr_avgy(quantity, unit_price) | sem(quantity)
string_agg(product_id, ',' ORDER BY order_id, line_no) | listagg(product_id, ',' ORDER BY order_id, line_no)
group_concat(product_id, ',' ORDER BY order_id, line_no) | approx_count_distinct(product_id) | approx_quantile(quantity, 0.5)
skewness(quantity) | kurtosis(quantity) | geomean(quantity) | product(1 + quantity / 1000) | mad(quantity) | fsum(net_amount)
favg(net_amount) | percentile_cont(0.5) WITHIN GROUP (ORDER BY net_amount) | percentile_disc(0.5) WITHIN GROUP (ORDER BY quantity)
sum(quantity) FILTER (WHERE discount_rate > 0)
= row_number() OVER w | rank() OVER w | dense_rank() OVER w | percent_rank() OVER w | cume_dist() OVER w | ntile(4) OVER w
= lag(net_amount) OVER w | lag(net_amount, 2, 0) OVER w | lead(net_amount) OVER w | first_value(net_amount) OVER w
= last_value(net_amount) OVER w | nth_value(net_amount, 2) OVER w | sum(net_amount) OVER w | lag(unit_cost IGNORE NULLS) OVER w
= avg(net_amount) OVER (ORDER BY order_id, line_no ROWS BETWEEN 2 PRECEDING AND 1 FOLLOWING)
= abs(quantity) | round(net_amount, 1) | round(net_amount) | ceil(net_amount) | ceiling(net_amount) | floor(net_amount)
= trunc(net_amount) | sign(quantity) | sqrt(quantity) | power(quantity, 2) | pow(quantity, 2) | quantity ** 2 | exp(1) | ln(quantity)
= log(quantity) | log10(quantity) | log2(quantity) | mod(line_no, 2) | line_no % 2 | line_no // 2 | quantity / 3 | quantity * 2 - 1 + 5
= greatest(quantity, line_no) | least(quantity, line_no) | pi() | radians(quantity) | degrees(quantity) | sin(quantity)
= cos(quantity) | tan(quantity) | asin(0.5) | acos(0.5) | atan(quantity) | atan2(quantity, 2) | even(quantity) | isnan(1e0)
= isinf(1e0) | isfinite(1e0) | -quantity | +quantity
= lower(product_id) | upper(product_id) | lcase(product_id) | ucase(product_id) | trim(product_id) | ltrim(product_id) | rtrim(product_id)
= length(product_id) | len(product_id) | strlen(product_id) | substring(product_id, 2, 1) | substr(product_id, 2) | left(product_id, 1)
= right(product_id, 1) | replace(product_id, 'P', 'Q') | concat(product_id, '-', order_id) | concat_ws('-', product_id, order_id)
= product_id || '/' || order_id | contains(product_id, '1') | starts_with(product_id, 'P') | prefix(product_id, 'P')
= suffix(product_id, '1') | ends_with(product_id, '1') | strpos(product_id, '1') | instr(product_id, '1') | position('1' IN product_id)
= split_part(order_id, 'O', 2) | reverse(product_id) | strip_accents('Đà Nẵng') | levenshtein(product_id, order_id)
= product_id LIKE 'P1%' | product_id NOT LIKE 'P1%' | product_id ILIKE 'p1%' | product_id NOT ILIKE 'p1%'
= coalesce(unit_cost, 0) | ifnull(unit_cost, 0) | nullif(line_no, 1) | if(line_no = 1, 'a', 'b') | CASE WHEN line_no = 1 THEN 'x' END
= line_no BETWEEN 1 AND 2 | line_no IN (1, 2) | NOT line_no = 1 | unit_cost IS NULL | unit_cost IS NOT NULL | line_no <> 1 | line_no != 1
= line_no IS DISTINCT FROM 1 | line_no IS NOT DISTINCT FROM 1 | CAST(line_no AS VARCHAR) | line_no::DOUBLE | try_cast(product_id AS INT)
@ date_trunc('month', ordered_at) | datetrunc('week', ordered_at) | date_part('year', ordered_at) | datepart('month', ordered_at)
@ extract(year FROM ordered_at) | extract(isodow FROM ordered_at) | extract(epoch FROM ordered_at) | year(ordered_at)
@ quarter(ordered_at) | month(ordered_at) | week(ordered_at) | weekofyear(ordered_at) | day(ordered_at) | dayofmonth(ordered_at)
@ hour(ordered_at) | minute(ordered_at) | second(ordered_at) | dayofweek(ordered_at) | weekday(ordered_at) | isodow(ordered_at)
@ dayofyear(ordered_at) | isoyear(ordered_at) | yearweek(ordered_at) | century(ordered_at) | decade(ordered_at) | dayname(ordered_at)
@ monthname(ordered_at) | last_day(ordered_at) | make_date(2025, 1, 31) | strftime(ordered_at, '%d/%m/%Y %H:%M') | epoch(ordered_at)
@ strptime('2025-01-31', '%Y-%m-%d') | try_strptime('x', '%Y') | date_diff('day', ordered_at, cancelled_at)
@ datediff('hour', ordered_at, cancelled_at) | date_sub('hour', ordered_at, cancelled_at) | datesub('day', ordered_at, cancelled_at)
@ age(cancelled_at, ordered_at) | date_add(ordered_at, INTERVAL 3 DAY) | ordered_at + INTERVAL 1 MONTH | ordered_at - INTERVAL '2 weeks'
@ ordered_at + to_days(3) | ordered_at + to_weeks(1) | ordered_at + to_months(2) | ordered_at + to_quarters(1) | ordered_at + to_years(1)
@ ordered_at + to_hours(5) | ordered_at + to_minutes(5) | ordered_at + to_seconds(5) | timezone('Asia/Ho_Chi_Minh', ordered_at)
@ ordered_at AT TIME ZONE 'UTC' AT TIME ZONE 'Asia/Ho_Chi_Minh' | date(ordered_at) | ordered_at::DATE | ordered_at::TIME
@ DATE '2025-02-28' | TIMESTAMP '2025-02-28 10:00:00' | ordered_at > DATE '2025-02-28' | cancelled_at - ordered_at
"""


def questions() -> list[str]:
    """Each sample as a statement: an aggregate alone, a value of a line (=), a value of an order (@)."""
    made = []
    for line in SAMPLES.strip().splitlines():
        mark = line[0] if line[0] in "=@" else ""
        for sample in re.split(r" \| (?!\|)", line.removeprefix(mark).strip()):
            window = " WINDOW w AS (PARTITION BY product_id ORDER BY order_id, line_no)" if " OVER w" in sample else ""
            source = {"": "order_lines", "=": f"order_lines{window} ORDER BY order_id, line_no", "@": "orders ORDER BY order_id"}[mark]
            made.append(f"SELECT {sample} AS value FROM {source}")
    return made


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> Iterator[duckdb.DuckDBPyConnection]:
    path = build_warehouse(tmp_path_factory.mktemp("functions") / "warehouse.duckdb")
    connection = duckdb.connect(str(path), read_only=True, config={"threads": "1"})
    connection.execute("SET TimeZone = 'UTC'")
    yield connection
    connection.close()


def test_each_function_means_what_it_means_unguarded(warehouse: duckdb.DuckDBPyConnection) -> None:
    for question in questions():
        wanted = [value for (value,) in warehouse.execute(question).fetchall()]
        found = [value for (value,) in warehouse.execute(guard(question).sql).fetchall()]
        assert found == wanted or found == pytest.approx(wanted, rel=1e-12, nan_ok=True), question


def test_each_function_on_the_list_has_a_sample() -> None:
    used: set[str] = set()
    for question in questions():
        row = parser().execute("SELECT json_serialize_sql(?::VARCHAR)", [guard(question).sql]).fetchone()
        assert row is not None
        used |= {name.lower() for name in functions_of(json.loads(row[0]))}
    assert used == ENGINE_FUNCTIONS


def functions_of(node: object) -> Iterator[str]:
    if isinstance(node, dict):
        if node.get("function_name"):
            yield str(node["function_name"])
        for value in node.values():
            yield from functions_of(value)
    elif isinstance(node, list):
        for value in node:
            yield from functions_of(value)


def test_no_other_function_of_the_engine_is_accepted() -> None:
    """Every name the engine knows, called with one, two and three arguments: what is not on the list is refused."""
    names = [name for (name,) in parser().execute("SELECT DISTINCT function_name FROM duckdb_functions()").fetchall()]
    assert len(names) > 600
    for name in names:
        if not re.fullmatch(r"[a-z_0-9]+", name) or name in ENGINE_FUNCTIONS:
            continue
        for arguments in ("status", "status, status", "status, status, status"):
            called = calls(f"SELECT {name}({arguments}) AS x FROM orders")
            assert called is None or called <= ENGINE_FUNCTIONS, name


def calls(statement: str) -> set[str] | None:
    """The functions the engine would call for an accepted statement."""
    try:
        text = guard(statement).sql
    except SqlRefused:
        return None
    row = parser().execute("SELECT json_serialize_sql(?::VARCHAR)", [text]).fetchone()
    return {name.lower() for name in functions_of(json.loads(row[0]))} if row else None
