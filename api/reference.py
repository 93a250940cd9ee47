"""The API reference as one static page, made from the OpenAPI document."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from html import escape
from typing import Any

from api.problems import KINDS

Document = Mapping[str, Any]
Row = tuple[str, ...]
_CODE = re.compile(r"`([^`]+)`")
_METHODS = ("get", "post", "patch", "put", "delete")
_INTRODUCTION = """<h1>OIIS API</h1>
<p>JSON in and out; the machine-readable form of this page is <a href="/openapi.json"><code>/openapi.json</code></a>.
Where an access key is set, send it as <code>Authorization: Bearer KEY</code>.</p>
<p>Ask a question with two requests:</p>
<pre>thread=$(curl -s -X POST http://127.0.0.1:8000/api/v1/threads -H 'Content-Type: application/json' -d '{}' | jq -r .id)
curl -N -X POST http://127.0.0.1:8000/api/v1/threads/$thread/runs -H 'Content-Type: application/json' \\
  -H 'Accept: text/event-stream' -d '{"message": "{tool: ranking, arguments: {metric: revenue, by: category}}"}'</pre>"""


def reference(document: Document) -> str:
    """The body of the page."""
    return f"<main>{_INTRODUCTION}{''.join(_groups(document))}{_schemas(document)}{_problems()}</main>"


def _groups(document: Document) -> Iterator[str]:
    """The operations, one heading a resource."""
    tag = ""
    for path, item in document["paths"].items():
        for method in (name for name in _METHODS if name in item):
            operation = item[method]
            if (now := operation.get("tags", [""])[0]) != tag:
                tag = now
                yield f"<h2>{escape(tag)}</h2>"
            yield _operation(path, method, operation)


def _operation(path: str, method: str, operation: Document) -> str:
    words = operation.get("description", "")
    summary = f"<summary><b>{method.upper()}</b> <code>{escape(path)}</code><span>{_prose(words.partition('.')[0])}</span></summary>"
    parts = [f"<p>{_prose(words)}</p>", _parameters(operation), _body(operation), _responses(operation), _curl(path, method, operation)]
    return f"<details>{summary}<div>{''.join(parts)}</div></details>"


def _parameters(operation: Document) -> str:
    rows: list[Row] = []
    for each in operation.get("parameters", ()):
        needed = "yes" if each.get("required") else ""
        rows.append((f"{each['name']} ({each['in']})", _type(each.get("schema", {})), needed, _prose(each.get("description", ""))))
    return _table(("parameter", "type", "needed", ""), rows) if rows else ""


def _body(operation: Document) -> str:
    content = operation.get("requestBody", {}).get("content", {}).get("application/json")
    return f"<p>Body: {_type(content['schema'])}</p>" if content else ""


def _responses(operation: Document) -> str:
    rows: list[Row] = []
    for status, response in operation.get("responses", {}).items():
        kinds = [f"{_type(media.get('schema', {}))} <code>{escape(name)}</code>" for name, media in response.get("content", {}).items()]
        rows.append((status, "<br>".join(kinds), _prose(response.get("description", ""))))
    return _table(("reply", "body", ""), rows)


def _curl(path: str, method: str, operation: Document) -> str:
    body = " -H 'Content-Type: application/json' -d '{}'" if "requestBody" in operation else ""
    return f"<pre>curl -X {method.upper()} http://127.0.0.1:8000{escape(path)}{escape(body)}</pre>"


def _schemas(document: Document) -> str:
    entries = []
    for name, schema in sorted(document.get("components", {}).get("schemas", {}).items()):
        text = escape(json.dumps(schema, indent=1, ensure_ascii=False))
        about = escape(schema.get("description", "").partition(".")[0])
        summary = f"<summary><code>{escape(name)}</code><span>{about}</span></summary>"
        entries.append(f'<details id="{escape(name)}">{summary}<div><pre>{text}</pre></div></details>')
    return f"<h2>bodies</h2>{''.join(entries)}"


def _problems() -> str:
    rows: list[Row] = []
    for kind, (status, meaning) in KINDS.items():
        rows.append((f'<code id="problem-{kind}">{kind}</code>', str(status), _prose(meaning)))
    about = "<p>Every error is a problem document (RFC 9457), media type <code>application/problem+json</code>, of one of these kinds.</p>"
    return f"<h2>problems</h2>{about}{_table(('kind', 'status', 'meaning'), rows)}"


def _prose(text: str) -> str:
    """A sentence of ours, with what stands in backticks as code."""
    return _CODE.sub(r"<code>\1</code>", escape(text))


def _type(schema: Document) -> str:
    """A schema in a word, with a link to where it is described."""
    if name := schema.get("$ref", "").rpartition("/")[2]:
        return f'<a href="#{escape(name)}">{escape(name)}</a>'
    if several := schema.get("anyOf", ()):
        return " or ".join(_type(each) for each in several)
    if "items" in schema:
        return f"list of {_type(schema['items'])}"
    return escape(", ".join(map(str, schema["enum"])) if "enum" in schema else str(schema.get("format") or schema.get("type") or ""))


def _table(heads: tuple[str, ...], rows: list[Row]) -> str:
    """Rows of cells that are HTML already."""
    head = "".join(f"<th>{each}</th>" for each in heads)
    body = "".join("<tr>" + "".join(f"<td>{cell}</td>" for cell in row) + "</tr>" for row in rows)
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
