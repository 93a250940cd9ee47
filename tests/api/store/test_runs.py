"""Runs: recorded before they are acknowledged, ended once, answered once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import date

import pytest

from agents.answer import Answer
from api.store.errors import Conflict, Crowded, KeyReused, NotFound, OutOfBounds
from api.store.limits import Limits
from api.store.open import Store, open_store
from api.store.runs import Run
from api.store.threads import Thread
from tests.api.store.conftest import Answering, Clock


def test_message_and_run_are_recorded_together(store: Store, thread: Thread, run: Run) -> None:
    (said,) = store.threads.messages(thread.id, "ann")
    assert (said.number, said.role, said.text, said.answer_id) == (1, "user", "How much did we sell?", None)
    assert (run.message_id, run.status, run.last_event) == (said.id, "queued", 0)
    assert store.runs.get(run.id, "ann") == run
    assert store.runs.of_thread(thread.id, "ann") == (run,)
    (waiting,) = store.runs.unfinished()
    assert (waiting.run, waiting.owner, waiting.text) == (run, "ann", said.text)


def test_a_failed_transaction_leaves_neither(store: Store, thread: Thread, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*arguments: object) -> None:
        raise RuntimeError

    monkeypatch.setattr("api.store.runs.Run", broken)
    with pytest.raises(RuntimeError):
        store.runs.accept_message(thread.id, "ann", "hello", "k1")
    assert store.threads.messages(thread.id, "ann") == ()


def test_the_same_key_gives_the_same_run(store: Store, thread: Thread, run: Run) -> None:
    store.runs.start(run.id)
    again = store.runs.accept_message(thread.id, "ann", "How much did we sell?", "k1")
    assert (again.id, again.status) == (run.id, "running")
    with pytest.raises(KeyReused, match="k1"):
        store.runs.accept_message(thread.id, "ann", "How much did we buy?", "k1")
    assert len(store.threads.messages(thread.id, "ann")) == 1
    elsewhere = store.threads.create("ann")
    assert store.runs.accept_message(elsewhere.id, "ann", "Another", "k1").id != run.id


def test_fifty_posts_of_one_key_make_one_run(store: Store, thread: Thread) -> None:
    with ThreadPoolExecutor(50) as pool:
        made = list(pool.map(lambda _: store.runs.accept_message(thread.id, "ann", "hello", "same"), range(50)))
    assert len({run.id for run in made}) == 1
    assert len(store.threads.messages(thread.id, "ann")) == 1


def test_fifty_posts_of_their_own_keys_are_numbered_without_a_gap(store: Store, thread: Thread) -> None:
    with ThreadPoolExecutor(50) as pool:
        made = list(pool.map(lambda key: store.runs.accept_message(thread.id, "ann", f"q{key}", f"k{key}"), range(50)))
    assert len({run.id for run in made}) == 50
    assert [said.number for said in store.threads.messages(thread.id, "ann")] == list(range(1, 51))
    with pytest.raises(Crowded, match="under way"):
        store.runs.accept_message(thread.id, "ann", "one more", "k51")


def test_any_text_of_5000_characters_is_taken_as_it_is(store: Store, thread: Thread) -> None:
    texts = ["", "x" * 5_000, "🦀" * 5_000, "'; DROP TABLE runs; --", "<script>", "Hàng tồn kho?\n"]
    for number, text in enumerate(texts):
        store.runs.accept_message(thread.id, "ann", text, f"k{number}")
    assert [said.text for said in store.threads.messages(thread.id, "ann")] == texts


def test_what_cannot_be_kept_is_refused(store: Store, thread: Thread) -> None:
    for text in ("x" * 5_001, "half \ud83d", "nul\0"):
        with pytest.raises(OutOfBounds, match="message"):
            store.runs.accept_message(thread.id, "ann", text, "k")
    for key in ("", "x" * 201, "\0"):
        with pytest.raises(OutOfBounds, match="key"):
            store.runs.accept_message(thread.id, "ann", "hello", key)


def test_the_life_of_a_run(store: Store, thread: Thread, run: Run, clock: Clock, answering: Answering) -> None:
    clock.move(seconds=1)
    started = store.runs.start(run.id)
    clock.move(seconds=1)
    assert store.runs.start(run.id) == started, "a run taken up again keeps its start"
    assert store.runs.set_plan(run.id, '{"parts": []}').plan == '{"parts": []}'
    done = store.runs.conclude(run.id, answering())
    assert (done.status, done.last_event, done.finished_at) == ("done", 1, clock())
    (event,) = store.events.after(run.id, "ann")
    assert (event.kind, event.payload) == ("done", '{"answer_id": "a1", "status": "answered"}')
    said = store.threads.messages(thread.id, "ann", after=1)
    assert [(each.role, each.text, each.answer_id) for each in said] == [("assistant", answering().text, "a1")]
    assert store.runs.unfinished() == ()


def test_an_answer_is_recorded_once(store: Store, thread: Thread, run: Run, answering: Answering) -> None:
    done = store.runs.conclude(run.id, answering())
    assert store.runs.conclude(run.id, answering()) == done
    assert len(store.threads.messages(thread.id, "ann")) == 2
    with pytest.raises(Conflict, match="never changes"):
        store.runs.conclude(run.id, answering(text="13 million."))
    with pytest.raises(Conflict, match="has ended"):
        store.runs.conclude(run.id, answering("a2"))


def test_answers_come_back_exactly_as_they_were_written(store: Store, run: Run, answering: Answering) -> None:
    answer = answering(text='Doanh thu 1 234 ₫ \\ " \u2028 \n😀')
    store.runs.conclude(run.id, answer)
    kept = store.answers.get("a1", "ann")
    assert kept.body == answer.model_dump_json()
    assert Answer.model_validate_json(kept.body) == answer
    assert kept.snapshot == "v000001" and kept.data_as_of is None
    assert store.answers.of_run(run.id, "ann") == store.answers.of_thread(run.thread_id, "ann") == (kept,)
    with pytest.raises(NotFound):
        store.answers.get("a1", "bob")
    assert store.answers.of_run(run.id, "bob") == ()


def test_an_answer_of_another_thread_is_refused(store: Store, run: Run, answering: Answering) -> None:
    with pytest.raises(OutOfBounds, match="thread_id"):
        store.runs.conclude(run.id, answering().model_copy(update={"thread_id": "other"}))


def test_an_approval_is_waited_for_and_answered_in_the_same_run(store: Store, run: Run, answering: Answering) -> None:
    paused = store.runs.conclude(run.id, answering("a1", "awaiting_approval"))
    assert (paused.status, paused.finished_at) == ("awaiting_approval", None)
    assert store.runs.unfinished() == ()
    store.runs.start(run.id)
    assert store.runs.conclude(run.id, answering("a2")).status == "done"
    assert [answer.id for answer in store.answers.of_run(run.id, "ann")] == ["a1", "a2"]
    assert [event.kind for event in store.events.after(run.id, "ann")] == ["approval_required", "done"]


def test_runs_end_once(store: Store, thread: Thread, run: Run, answering: Answering) -> None:
    with pytest.raises(NotFound):
        store.runs.cancel(run.id, "bob")
    cancelled = store.runs.cancel(run.id, "ann")
    assert cancelled.status == "cancelled"
    assert store.runs.cancel(run.id, "ann") == cancelled
    with pytest.raises(Conflict, match="cancelled"):
        store.runs.start(run.id)
    with pytest.raises(Conflict, match="cancelled"):
        store.runs.fail(run.id, "too late")
    with pytest.raises(Conflict, match="cancelled"):
        store.runs.conclude(run.id, answering())
    with pytest.raises(NotFound):
        store.answers.get("a1", "ann")
    other = store.runs.accept_message(thread.id, "ann", "hello", "k2")
    failed = store.runs.fail(other.id, "the plan could not be run")
    assert (failed.status, failed.error) == ("failed", "the plan could not be run")
    assert store.runs.cancel(other.id, "ann").status == "failed"
    assert [event.kind for event in store.events.after(other.id, "ann")] == ["failed"]


def test_documents_are_bounded(address: str) -> None:
    with open_store(address, limits=Limits(plan_bytes=20, answer_bytes=20)) as store:
        thread = store.threads.create("ann")
        run = store.runs.accept_message(thread.id, "ann", "hi", "k")
        for plan in ['"' + "x" * 20 + '"', "{", "NUL\0", "[" * 100_000]:
            with pytest.raises(OutOfBounds, match="plan"):
                store.runs.set_plan(run.id, plan)
        with pytest.raises(OutOfBounds, match="answer"):
            store.runs.conclude(run.id, Answer(answer_id="a", thread_id=thread.id, question="", status="answered", text=""))
        assert store.runs.get(run.id, "ann").status == "queued"


def test_the_day_asked_for_belongs_to_the_question(store: Store, thread: Thread) -> None:
    day = date(2026, 6, 30)
    run = store.runs.accept_message(thread.id, "ann", "How much?", "k2", day)
    assert store.runs.accept_message(thread.id, "ann", "How much?", "k2", day).id == run.id
    with pytest.raises(KeyReused):
        store.runs.accept_message(thread.id, "ann", "How much?", "k2")
    assert store.runs.unfinished()[0].run.as_of == day


def test_a_run_is_told_with_its_question_and_its_newest_answer(store: Store, run: Run, answering: Answering, clock: Clock) -> None:
    assert (store.runs.told(run.id, "ann").question, store.runs.told(run.id, "ann").answer) == ("How much did we sell?", None)
    store.runs.conclude(run.id, answering("a1", "awaiting_approval"))
    clock.move(seconds=1)
    store.runs.conclude(run.id, answering("a2"))
    assert '"a2"' in str(store.runs.told(run.id, "ann").answer)
    assert [said.run_id for said in store.threads.messages(run.thread_id, "ann")] == [run.id] * 3
    with pytest.raises(NotFound):
        store.runs.told(run.id, "bob")


def test_a_decision_is_recorded_once_before_it_is_carried_out(store: Store, run: Run, answering: Answering) -> None:
    with pytest.raises(Conflict, match="waits for no decision"):
        store.runs.resume(run.id, "ann", "[]")
    store.runs.conclude(run.id, answering("a1", "awaiting_approval"))
    assert store.runs.unfinished() == ()
    with pytest.raises(NotFound):
        store.runs.resume(run.id, "bob", "[]")
    with pytest.raises(OutOfBounds, match="verdicts"):
        store.runs.resume(run.id, "ann", "not json")
    with ThreadPoolExecutor(8) as pool:
        tries = [pool.submit(store.runs.resume, run.id, "ann", f"[{number}]") for number in range(8)]
    decided = [each.result() for each in tries if each.exception() is None]
    assert len(decided) == 1 and decided[0].status == "running"
    (left,) = store.runs.unfinished()
    assert left.run.verdicts == decided[0].verdicts


def test_a_proposal_lapses_when_another_question_of_its_thread_starts(store: Store, run: Run, answering: Answering) -> None:
    store.runs.conclude(run.id, answering("a1", "awaiting_approval"))
    elsewhere = store.runs.accept_message(store.threads.create("ann").id, "ann", "Another", "k")
    store.runs.start(elsewhere.id)
    assert store.runs.get(run.id, "ann").status == "awaiting_approval"
    following = store.runs.accept_message(run.thread_id, "ann", "And now?", "k2")
    assert store.runs.get(run.id, "ann").status == "awaiting_approval"
    store.runs.start(following.id)
    lapsed = store.runs.get(run.id, "ann")
    assert lapsed.status == "cancelled" and lapsed.error == "another question was asked instead of a decision"
    assert store.events.after(run.id, "ann")[-1].kind == "cancelled"
    with pytest.raises(Conflict):
        store.runs.resume(run.id, "ann", "[]")
