"""One index a snapshot, day and scope: built once, kept, written down when costly, whole or absent after a kill."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import textwrap
import threading
import time
from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest

from agents.language.tokens import tidy, tokens_of
from agents.language.values.build import Member, build_store
from agents.language.values.index import LOW, ValueIndex
from agents.language.values.shelf import DRAFT, STALE_SECONDS, Shelf, key_of, write_down
from agents.language.values.store import HEAD, Store, open_store, save_store
from tests.agents.language.values.many import many_members
from tools.query.served import Served


def test_an_index_is_built_once_for_all_threads(served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    built = []

    def counted(members: Iterable[Member]) -> Store:
        built.append(1)
        return build_store(members)

    monkeypatch.setattr("agents.language.values.build.build_store", counted)
    shelf, found = Shelf(), list[ValueIndex]()
    threads = [threading.Thread(target=lambda: found.append(shelf.index(served))) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(built) == 1 and len({id(index) for index in found}) == 1
    assert shelf.ready(served) is found[0]


def test_each_day_and_scope_has_its_own_names(served: Served) -> None:
    shelf = Shelf()
    limited = replace(served, context=replace(served.context, locations=("L2",)))
    earlier = replace(served, context=replace(served.context, as_of=served.context.as_of - timedelta(days=80)))
    assert len({key_of(each) for each in (served, limited, earlier)}) == 3
    assert shelf.ready(limited) is None
    everyone, some, before = (shelf.index(each) for each in (served, limited, earlier))
    assert set() < values(some, "customer") < values(everyone, "customer")
    assert set() < values(before, "product") < values(everyone, "product")


def values(index: ValueIndex, dimension: str) -> set[str]:
    members = map(index.member, range(index.store.members))
    return {member.value for member in members if member.dimension == dimension}


def test_names_out_of_scope_are_neither_linked_nor_hinted(served: Served) -> None:
    shelf = Shelf()
    everyone, nobody = shelf.index(served), shelf.index(replace(served, context=replace(served.context, locations=())))
    tokens = tokens_of(tidy("what did Nguyễn Mỹ Lan buy and where is SO0000004"))
    assert {span.dimension for span in everyone.link(tokens, "en")} == {"customer", "order"}
    shared = nobody.link(tokens, "en")
    assert {span.dimension for span in shared} & {"customer", "order", "location"} == set()
    assert all(span.score < LOW for span in shared)
    assert everyone.nearest("Nguyen My Lam", "customer") and not nobody.nearest("Nguyen My Lam", "customer")


def test_few_indexes_are_kept_the_latest_used(served: Served) -> None:
    shelf = Shelf(kept=2)
    days = [replace(served, context=replace(served.context, as_of=served.context.as_of - timedelta(days=n))) for n in range(3)]
    first = shelf.index(days[0])
    shelf.index(days[1])
    assert shelf.index(days[0]) is first
    shelf.index(days[2])
    assert [shelf.ready(day) is not None for day in days] == [True, False, True]


def test_a_costly_index_is_written_down_and_opened_by_the_next_process(served: Served, tmp_path: Path) -> None:
    index = Shelf(tmp_path, costly_seconds=0).index(served)
    folder = tmp_path / "values" / key_of(served)
    assert (folder / HEAD).exists()
    again = Shelf(tmp_path).index(served)
    tokens = tokens_of(tidy("stock of mì ăn liền gà in hcmc, customer 23"))
    assert again.link(tokens, "en") == index.link(tokens, "en") != ()
    (folder / "post_surface.npy").unlink()  # never cut in place: others have it mapped
    (folder / "post_surface.npy").write_bytes(b"short")
    mended = Shelf(tmp_path, costly_seconds=0).index(served)
    assert mended.link(tokens, "en") == index.link(tokens, "en")
    assert open_store(folder) is not None


def test_a_cheap_index_is_not_written_down(served: Served, tmp_path: Path) -> None:
    Shelf(tmp_path).index(served)
    assert not (tmp_path / "values").exists()


def test_no_room_to_write_is_no_trouble(served: Served, tmp_path: Path) -> None:
    (tmp_path / "values").write_text("a file where the folder should be")
    assert Shelf(tmp_path, costly_seconds=0).index(served).members("tier")


def test_old_indexes_and_drafts_are_swept(tmp_path: Path) -> None:
    store = build_store(many_members(50))
    old, young = tmp_path / f"{DRAFT}1-1", tmp_path / f"{DRAFT}2-2"
    for place, draft in enumerate((old, young)):
        draft.mkdir()
        os.utime(draft, (time.time() - STALE_SECONDS * (2 - 2 * place),) * 2)
    for place in range(4):
        write_down(store, tmp_path, f"key{place}", kept=2)
        os.utime(tmp_path / f"key{place}", (1_000_000 + place,) * 2)
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted([young.name, "key2", "key3"])


def test_what_is_read_back_is_what_was_written(tmp_path: Path) -> None:
    store = build_store(many_members(300))
    save_store(store, tmp_path)
    back = open_store(tmp_path)
    assert back is not None and back.dimensions == store.dimensions and back.longest == store.longest
    for name in ("letters", "hash_keys", "post_surface", "gram_word", "word_mass"):
        assert np.array_equal(getattr(back, name), getattr(store, name))
    assert not back.letters.flags.writeable
    (tmp_path / HEAD).write_text('{"format": 0}')
    assert open_store(tmp_path) is None
    assert open_store(tmp_path / "nowhere") is None


def test_a_kill_while_writing_leaves_the_old_one_serving(tmp_path: Path) -> None:
    store = build_store(many_members(200))
    write_down(store, tmp_path, "old")
    program = """
        import sys, time
        from pathlib import Path
        import agents.language.values.store as files
        from agents.language.values.build import Member, build_store
        from agents.language.values.shelf import write_down
        from tests.agents.language.values.many import many_members
        whole = files.save_store
        def slowly(store, folder):
            whole(store, folder)
            (folder / files.HEAD).unlink()
            sys.stdout.write("half\\n"); sys.stdout.flush()
            time.sleep(60)
        files.save_store = slowly
        write_down(build_store(many_members(100)), Path(sys.argv[1]), "new")
    """
    with subprocess.Popen([sys.executable, "-c", textwrap.dedent(program), str(tmp_path)], stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None and child.stdout.readline() == "half\n"
        os.kill(child.pid, signal.SIGKILL)
    assert not (tmp_path / "new").exists()
    kept = open_store(tmp_path / "old")
    assert kept is not None and kept.members == store.members
    shutil.copytree(next(tmp_path.glob(f"{DRAFT}*")), tmp_path / "new")  # even if half of it stood there
    assert open_store(tmp_path / "new") is None


def test_the_shelf_costs_nothing_at_import() -> None:
    heavy = ("numpy", "rapidfuzz", "yaml", "duckdb", "pandas", "torch")
    program = f"import sys, agents.language.values.shelf; print([name for name in {heavy} if name in sys.modules])"
    told = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert told.stdout.strip() == "[]"
