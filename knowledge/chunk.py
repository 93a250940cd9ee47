"""A document cut into the pieces that are indexed: structure first, then size; each stands word for word in what surrounds it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from knowledge.chunk_flow import Flow, Span, flow_of
from knowledge.chunk_prefix import header_line, prefix_of, section_name
from knowledge.chunk_tokens import count_tokens
from knowledge.contract import Chunk, Document, Parsed

SMALLEST_TOKENS, TARGET_TOKENS, LARGEST_TOKENS = 120, 220, 400
PARENT_CHARACTERS = 6_000
_UNLIKE, _LIKE = 0.25, 0.5

Count = Callable[[str], int]
Alike = Callable[[str, str], float]


@dataclass(frozen=True)
class Cut:
    """How large pieces become, and who counts; `alike` (0 to 1) may decide where structure leaves it open."""

    count: Count = count_tokens
    alike: Alike | None = None
    smallest: int = SMALLEST_TOKENS
    target: int = TARGET_TOKENS
    largest: int = LARGEST_TOKENS


def cut(document: Document, parsed: Parsed, how: Cut | None = None) -> tuple[Chunk, ...]:
    """The chunks of a document in reading order; the same document always gives the same ones."""
    how = how or Cut()
    flow = flow_of(parsed.blocks, how.count, how.target, how.largest)
    groups = [part for group in _groups(flow.spans, how) for part in _parts(group, flow, how)]
    return tuple(_chunk(document, flow, spans, ordinal) for ordinal, spans in enumerate(groups))


def _groups(spans: Sequence[Span], how: Cut) -> Iterator[list[Span]]:
    """Whole sections, neighbours joined while too small to stand alone; a row group of a table is a group of its own."""
    waiting: list[Span] = []
    for section in _sections(spans):
        if section[-1].kind == "table":
            if waiting:
                yield waiting
                waiting = []
            yield section
        elif not waiting:
            waiting = section
        elif _belong_together(waiting, section, how):
            waiting = waiting + section
        else:
            yield waiting
            waiting = section
    if waiting:
        yield waiting


def _sections(spans: Sequence[Span]) -> Iterator[list[Span]]:
    """Runs of text under the same headings; each row group alone, but for the headings right above a table."""
    run: list[Span] = []
    for span in spans:
        apart = run and (span.kind == "table" or run[-1].kind == "table" or span.section != run[0].section)
        if apart and not (span.kind == "table" and all(each.kind == "heading" for each in run)):
            yield run
            run = []
        run.append(span)
    if run:
        yield run


def _belong_together(before: Sequence[Span], after: Sequence[Span], how: Cut) -> bool:
    """Sisters, or mother and daughter, of which one is too small to stand alone."""
    small, together = min(_tokens(before), _tokens(after)), _tokens(before) + _tokens(after)
    shared = len(_common(before[-1].section, after[0].section))
    if together > how.largest or shared < min(len(before[-1].section), len(after[0].section)) - 1:
        return False
    if small < how.smallest // 2 or how.alike is None:
        return small < how.smallest
    return small < how.smallest or (together <= how.target and how.alike(before[-1].text, after[0].text) >= _LIKE)


def _parts(group: list[Span], flow: Flow, how: Cut) -> list[list[Span]]:
    """A group in pieces of good size, cut between paragraphs; a remainder that is too small joins the piece before it."""
    if group[-1].kind == "table" or _tokens(group) <= how.target:
        return [group]
    parts: list[list[Span]] = [[]]
    for span in group:
        if parts[-1] and _close(parts[-1], span, how):
            parts.append([])
        parts[-1].append(span)
    if len(parts) > 1 and _tokens(parts[-1]) < how.smallest and _tokens(parts[-2]) + _tokens(parts[-1]) <= how.largest:
        parts[-2:] = [parts[-2] + parts[-1]]
    return parts


def _close(part: Sequence[Span], following: Span, how: Cut) -> bool:
    """Whether a piece ends before `following`: it would become too large, or is large enough and the talk turns elsewhere."""
    size = _tokens(part)
    if size + following.tokens > how.largest:
        return True
    if size < how.smallest or part[-1].kind == "heading":
        return False
    if size + following.tokens > how.target:
        return True
    return how.alike is not None and how.alike(part[-1].text, following.text) < _UNLIKE


def _chunk(document: Document, flow: Flow, spans: Sequence[Span], ordinal: int) -> Chunk:
    first, last = spans[0], spans[-1]
    path = first.section
    for span in spans[1:]:
        path = _common(path, span.section)
    is_table = last.kind == "table"
    start, end = (
        flow.table_around(first, last, PARENT_CHARACTERS) if is_table else flow.section_around(first, last, path, PARENT_CHARACTERS)
    )
    section = section_name(path, [span.section for span in spans])
    return Chunk(
        chunk_id=f"{document.doc_id}.{document.version}.{ordinal}",
        doc_id=document.doc_id,
        version=document.version,
        ordinal=ordinal,
        text=flow.text[first.start : last.end],
        prefix=prefix_of(document, section, header_line(last.header) if is_table and not last.has_header else ""),
        parent=flow.text[start:end],
        kind="table" if is_table else "text",
        page=next((span.page for span in spans if span.page is not None), None),
        section=section,
    )


def _tokens(spans: Sequence[Span]) -> int:
    return sum(span.tokens for span in spans)


def _common(one: tuple[str, ...], other: tuple[str, ...]) -> tuple[str, ...]:
    length = 0
    for left, right in zip(one, other, strict=False):
        if left != right:
            break
        length += 1
    return one[:length]
