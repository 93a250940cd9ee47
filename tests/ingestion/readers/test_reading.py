"""The fence: limits hold, every end of the child becomes a plain error, nothing of it stays behind."""

from __future__ import annotations

import errno
import hashlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from ingestion.errors import BadFile, IngestionError, StorageFull
from ingestion.readers import fenced_child
from ingestion.readers.child import attempt
from ingestion.readers.contract import Limits, RawTable, ReadOptions
from ingestion.readers.messages import read_failure, read_message
from ingestion.readers.reading import content_hash, find_files, read_file

ROOT = Path(__file__).parents[3]


@pytest.fixture
def small(tmp_path: Path) -> Path:
    path = tmp_path / "sales.csv"
    path.write_text("id,name\n1,Nón lá\n2,Áo dài\n", encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Takes the child some seconds."""
    path = tmp_path_factory.mktemp("large") / "large.csv"
    block = b"".join(b"%d,name of product %d,19.50,some city\n" % (number, number) for number in range(100_000))
    with path.open("wb") as file:
        file.write(b"id,name,price,city\n")
        for _ in range(10):
            file.write(block)
    return path


def children_reading(path: Path) -> list[int]:
    """Processes that hold a file open."""
    found = []
    for process in Path("/proc").iterdir():
        if process.name.isdigit():
            try:
                links = [os.readlink(link) for link in (process / "fd").iterdir()]
            except OSError:
                continue
            if str(path) in links and int(process.name) != os.getpid():
                found.append(int(process.name))
    return found


def wait_for(condition: Callable[[], bool], seconds: float = 20.0) -> bool:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if condition():
            return True
        time.sleep(0.02)
    return condition()


def test_a_file_is_read_into_the_folder_and_nothing_else_is_left(small: Path, tmp_path: Path) -> None:
    (table,) = read_file(small, tmp_path / "into")
    assert (table.name, table.source, table.columns, table.rows) == ("sales", "sales.csv", ("id", "name"), 2)
    assert list((tmp_path / "into").iterdir()) == [table.path]
    assert pq.read_table(table.path).column("name").to_pylist() == ["Nón lá", "Áo dài"]


def test_tables_of_several_files_share_a_folder(small: Path, tmp_path: Path) -> None:
    paths = {read_file(small, tmp_path / "into")[0].path for _ in range(3)}
    assert len(paths) == 3


def test_a_relative_path_is_read(small: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (table,) = read_file(Path("sales.csv"), Path("into"))
    assert table.path.exists()


def test_a_hostile_name_stays_out_of_the_paths(tmp_path: Path) -> None:
    name = "..%2f; rm -rf $(x) 'q' \"z\" Ả.csv"
    (tmp_path / name).write_text("a,b\n1,2\n")
    (table,) = read_file(tmp_path / name, tmp_path / "into")
    assert table.path.parent == tmp_path / "into"
    assert table.path.name.isascii() and "rm" not in table.path.stem.replace("raw-", "").split("-")
    assert table.name == Path(name).stem


def test_progress_is_passed_on(large: Path, tmp_path: Path) -> None:
    told: list[tuple[str, float | None]] = []
    read_file(large, tmp_path / "into", progress=lambda stage, done: told.append((stage, done)))
    parts = [done for stage, done in told if stage == "reading large.csv" and done is not None]
    assert len(parts) >= 2 and parts == sorted(parts) and 0 < parts[-1] <= 1


def test_too_slow_is_stopped_and_cleaned_up(large: Path, tmp_path: Path) -> None:
    with pytest.raises(BadFile, match="took longer than 1 seconds"):
        read_file(large, tmp_path / "into", ReadOptions(limits=Limits(seconds=1)))
    assert children_reading(large) == []
    assert list((tmp_path / "into").iterdir()) == []


def test_too_little_memory_is_a_plain_error(small: Path, tmp_path: Path) -> None:
    with pytest.raises(BadFile, match="needs more than 150,000,000 bytes of memory"):
        read_file(small, tmp_path / "into", ReadOptions(limits=Limits(memory_bytes=150_000_000)))
    assert list((tmp_path / "into").iterdir()) == []


def test_output_beyond_the_limit_is_a_plain_error(large: Path, tmp_path: Path) -> None:
    with pytest.raises(BadFile, match="become too large"):
        read_file(large, tmp_path / "into", ReadOptions(limits=Limits(expanded_bytes=1_000_000)))
    assert list((tmp_path / "into").iterdir()) == []


def test_interrupting_the_caller_ends_the_child(large: Path, tmp_path: Path) -> None:
    def interrupt(stage: str, done: float | None) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        read_file(large, tmp_path / "into", progress=interrupt)
    assert children_reading(large) == []
    assert list((tmp_path / "into").iterdir()) == []


PARENT = """
import signal, sys
from pathlib import Path
from ingestion.readers.reading import read_file
signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell has it ignored by what it starts in the background
read_file(Path(sys.argv[1]), Path(sys.argv[2]))
"""


@pytest.mark.parametrize("end", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_a_killed_parent_leaves_no_child_and_no_table(large: Path, tmp_path: Path, end: signal.Signals) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", PARENT, str(large), str(tmp_path / "into")], cwd=ROOT, stderr=subprocess.DEVNULL
    ) as parent:
        assert wait_for(lambda: len(children_reading(large)) > 0), "the child never started"
        time.sleep(0.3)
        parent.send_signal(end)
        parent.wait(20)
    assert wait_for(lambda: children_reading(large) == []), "the child outlived its parent"
    assert list((tmp_path / "into").glob("*.parquet")) == []


@pytest.mark.parametrize("end", [signal.SIGKILL, signal.SIGSEGV, signal.SIGABRT])
def test_a_child_that_dies_is_a_plain_error(large: Path, tmp_path: Path, end: signal.Signals) -> None:
    def kill_child(stage: str, done: float | None) -> None:
        for child in children_reading(large):
            os.kill(child, end)

    with pytest.raises(BadFile, match=r"stopped by the system|crashed on it"):
        read_file(large, tmp_path / "into", progress=kill_child)
    assert list((tmp_path / "into").iterdir()) == []


def start_fake_child(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, code: str) -> None:
    """Puts another program in the place of the child."""
    (tmp_path / "fake").write_text(code)
    monkeypatch.setattr(fenced_child, "COMMAND", [sys.executable, str(tmp_path / "fake")])


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        ("raise KeyError('no such part')", "does not understand it .KeyError: 'no such part'"),
        ("raise MemoryError", "needs more than"),
        ("import sys; sys.exit(0)", "does not understand it .exit status 0"),
        ("import sys; sys.exit(3)", "does not understand it .exit status 3"),
        ("print('{\"tables\": []}'); raise ValueError('after the result')", "after the result"),
    ],
)
def test_every_end_of_a_child_is_explained(monkeypatch: pytest.MonkeyPatch, small: Path, tmp_path: Path, code: str, reason: str) -> None:
    start_fake_child(monkeypatch, tmp_path, code)
    with pytest.raises(BadFile, match=reason):
        read_file(small, tmp_path / "into")


def test_the_child_sees_no_secrets(monkeypatch: pytest.MonkeyPatch, small: Path, tmp_path: Path) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-secret")
    start_fake_child(monkeypatch, tmp_path, "import os, sys; sys.exit(' '.join(sorted(os.environ)))")
    with pytest.raises(BadFile) as told:
        read_file(small, tmp_path / "into")
    assert "PATH" in told.value.what and "OPENAI_API_KEY" not in told.value.what


FENCED = """
import json, resource
from ingestion.readers.fence import Limits, put_up
put_up(Limits())
print(json.dumps([resource.getrlimit(kind)[1] for kind in (resource.RLIMIT_AS, resource.RLIMIT_NOFILE, resource.RLIMIT_CORE)]))
"""


def test_the_fence_lowers_what_the_child_may_use() -> None:
    output = subprocess.run([sys.executable, "-c", FENCED], cwd=ROOT, capture_output=True, check=True).stdout
    assert json.loads(output) == [Limits().memory_bytes, 64, 0]


@pytest.mark.parametrize(("number", "kind"), [(errno.ENOSPC, StorageFull), (errno.EDQUOT, StorageFull), (errno.EFBIG, BadFile)])
def test_no_room_is_told_as_such(tmp_path: Path, number: int, kind: type[IngestionError]) -> None:
    def fail() -> list[RawTable]:
        raise OSError(number, os.strerror(number))

    word, status = attempt(fail, tmp_path, Limits())
    failure = read_message(word.encode()).failure
    assert status == 1 and failure is not None
    assert type(read_failure(failure)) is kind


def test_another_disk_error_is_not_hidden(tmp_path: Path) -> None:
    def fail() -> list[RawTable]:
        raise OSError(errno.EIO, "input/output error")

    with pytest.raises(OSError, match="input/output error"):
        attempt(fail, tmp_path, Limits())


def test_errors_arrive_as_they_were_raised(tmp_path: Path) -> None:
    path = tmp_path / "sales.csv"
    path.write_bytes(b'a,b\n1,"open\n')
    with pytest.raises(BadFile) as told:
        read_file(path, tmp_path / "into")
    assert told.value.where == "sales.csv, row 2"
    assert told.value.expected.startswith("quotes in pairs")
    assert list((tmp_path / "into").iterdir()) == []


def test_an_endless_line_is_refused_at_once(tmp_path: Path) -> None:
    """64 MB of one line, written with a hole; the slow test has 2 GB of it."""
    refuse_endless_line(tmp_path, 64_000_000)


@pytest.mark.slow
def test_a_line_of_two_gigabytes_is_refused_at_once(tmp_path: Path) -> None:
    refuse_endless_line(tmp_path, 2_000_000_000)


def refuse_endless_line(tmp_path: Path, size: int) -> None:
    path = tmp_path / "line.csv"
    with path.open("wb") as file:
        file.write(b"a,b\n1,")
        for _ in range(size // 1_000_000):
            file.write(b"x" * 1_000_000)
    started = time.monotonic()
    with pytest.raises(BadFile, match="line 2: this line is longer than 8,000,000 bytes"):
        read_file(path, tmp_path / "into")
    assert time.monotonic() - started < 5


def test_only_what_is_needed_is_imported() -> None:
    """Choosing a reader and asking for files must not load Arrow or a spreadsheet library into the caller."""
    code = "import sys, ingestion.readers.reading; print(*sys.modules)"
    output = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, check=True, text=True).stdout
    assert "ingestion.readers.catalog" in output.split()
    assert not {"pyarrow", "openpyxl", "pandas", "numpy", "duckdb"} & set(output.split())


def test_a_feed_lists_finished_files_in_order(tmp_path: Path) -> None:
    kept = ["2024-01-01.csv", "2024-01-02.CSV", "2024-01-03.csv.gz", "a.jsonl", "b.parquet", "c.xlsx"]
    left = [
        "x.csv.tmp",
        "y.part",
        "z.csv.partial",
        "~$c.xlsx",
        ".~lock.c.xlsx#",
        ".hidden.csv",
        "n.csv~",
        "readme.md",
        "no_suffix",
        "w.crdownload",
    ]
    for name in [*reversed(kept), *left]:
        (tmp_path / name).touch()
    (tmp_path / "folder.csv").mkdir()
    assert [path.name for path in find_files(tmp_path)] == kept


def test_a_feed_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(BadFile, match="no such folder"):
        find_files(tmp_path / "missing")


def test_the_hash_is_of_the_content(small: Path, tmp_path: Path) -> None:
    (tmp_path / "copy").write_bytes(small.read_bytes())
    assert content_hash(small) == content_hash(tmp_path / "copy") == hashlib.sha256(small.read_bytes()).hexdigest()
