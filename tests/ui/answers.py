"""Answers for the chat to show: an ordinary one, and one whose every text tries to be more than text."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

from api.schemas import Answer, Event

EVIL = "<script>window.hacked=1</script><img src=http://evil.example/x.png onerror=window.hacked=1>\"'`&"
SPEC: dict[str, Any] = {
    "$schema": "https://vega.github.io/schema/vega-lite/v5.json",
    "title": "Revenue",
    "width": "container",
    "height": 300,
    "config": {"background": "#0a0e17", "axis": {"labelColor": "#fff"}},
    "data": {"values": [{"who": "Tea", "value": 3}, {"who": "Rice", "value": 2}, {"who": "Milk", "value": 1}]},
    "mark": {"type": "bar", "color": "#22d3ee"},
    "encoding": {"y": {"field": "who", "type": "nominal"}, "x": {"field": "value", "type": "quantitative"}},
}


def answer(**changed: Any) -> Answer:
    """An answer as the assistant gives it, with some fields changed."""
    return Answer.model_validate(_fields("revenue", "Tea", "Revenue by category", "SELECT 1 AS x FROM orders WHERE y = $p0") | changed)


def hostile_answer(**changed: Any) -> Answer:
    """Names, titles, SQL, quotes, follow-ups: all of them hostile."""
    spec = SPEC | {"data": {"values": [{"who": EVIL, "value": 3}, {"who": "b", "value": 2}, {"who": "c", "value": 1}]}, "title": EVIL}
    fields = _fields(EVIL, EVIL, EVIL, f"SELECT '{EVIL}'")
    fields["text"] = f"{EVIL}\n\n![x](http://evil.example/y.png) [go](javascript:alert(1)) <http://evil.example>\n\n{fields['text']}"
    fields["blocks"][0]["spec"] = spec
    fields["evidence"].append({"kind": "document", "id": "d", "title": EVIL, "place": EVIL, "quote": EVIL})
    fields["evidence"].append({"kind": "rule", "id": "r", "rule": EVIL})
    fields["blocks"].append({"kind": "document", "title": EVIL, "evidence_id": "d"})
    fields["blocks"].append({"kind": "report", "title": EVIL, "text": EVIL})
    fields |= {"follow_ups": [EVIL], "assumptions": [EVIL], "question": EVIL, "snapshot": EVIL}
    return Answer.model_validate(fields | changed)


def _fields(name: str, who: str, title: str, sql: str) -> dict[str, Any]:
    columns = [{"name": "category", "label": who}, {"name": "revenue", "unit": "money", "label": name}, {"name": "share", "unit": "%"}]
    period = {"start": "2026-03-01", "end": "2026-10-31"}
    query = {"kind": "query", "id": "c1.e", "tool": "ranking", "sql": sql, "parameters": {"p0": who}, "tables": ["orders", who]}
    fact = {"id": "c1.0.revenue", "name": name, "value": 683822345, "unit": "money", "entity": who, "period": period, "evidence_id": "c1.e"}
    return {
        "answer_id": "a1",
        "thread_id": "t1",
        "question": "revenue by category",
        "status": "answered",
        "text": "Highest revenue:\n- #1 **Tea**: 683,822,345 VND\n\n*Read as: revenue (net), March.*",
        "blocks": [
            {"kind": "chart", "title": title, "spec": SPEC},
            {
                "kind": "table",
                "title": title,
                "columns": columns,
                "rows": [[who, 683822345, 0.345], ["Rice", 9, None], ["Milk", 1000.5, 1]],
            },
            {"kind": "kpi", "title": title, "fact_ids": ["c1.0.revenue", "missing"]},
        ],
        "facts": [fact],
        "evidence": [query | {"row_count": 1234, "snapshot": "v000001", "data_as_of": "2026-10-31"}],
        "interpretation": {"text": "*Read as: revenue (net), March.*", "plan": {"standalone_question": "revenue by category"}},
        "assumptions": ["no period was given: all history"],
        "follow_ups": ["revenue by month", "share of revenue by category"],
        "confidence": {"level": "medium", "reasons": ["two readings were close"]},
        "agents": ["bi"],
        "tools": ["ranking"],
        "data_as_of": date(2026, 10, 31),
        "snapshot": "v000001",
        "timings": {"understand": 0.0001, "bi": 0.4, "total": 0.43},
    }


def event(number: int, **what: Any) -> Event:
    """One event of a run."""
    return Event.model_validate({"run_id": "r1", "number": number, "at": datetime(2026, 11, 1, tzinfo=UTC), "what": what})


def told(final: Answer) -> list[Event]:
    """The events of a whole run."""
    return [
        event(1, kind="run_started", thread_id="t1", question="q"),
        event(2, kind="step_started", step="understand"),
        event(3, kind="step_finished", step="understand", seconds=0.001),
        event(4, kind="step_started", step="run_agent", agent="bi"),
        event(5, kind="tool_started", agent="bi", call_id="c1", tool="metric_value"),
        event(6, kind="tool_finished", agent="bi", call_id="c1", tool="metric_value", outcome="done", seconds=0.012),
        event(7, kind="step_finished", step="run_agent", agent="bi", seconds=0.02),
        event(8, kind="text_delta", text="Revenue: **5"),
        event(9, kind="text_delta", text="** VND"),
        event(10, kind="done", answer=final),
    ]
