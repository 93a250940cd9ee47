"""The commands as a person types them: exit codes, JSON, messages that say what to do, nothing on a fault but one line."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from cli.__main__ import app, main, tell_fault
from settings import BadSetting, Settings, read_settings

ROOT = Path(__file__).parents[2]
HEADER = "order,date,customer,item,qty,price"


def oiis(*arguments: str, home: Path, stdin: str = "", code: int = 0, **settings: str) -> tuple[str, str]:
    done = subprocess.run(
        [sys.executable, "-m", "cli", *arguments],
        cwd=ROOT,
        env=os.environ | {"OIIS_HOME": str(home)} | settings,
        input=stdin,
        capture_output=True,
        text=True,
    )
    assert done.returncode == code, done.stderr
    assert "Traceback" not in done.stderr
    return done.stdout, done.stderr


@pytest.fixture
def sales(tmp_path: Path) -> Path:
    path = tmp_path / "sales.csv"
    path.write_text("\n".join([HEADER, "A1,2026-01-02,C1,tea,2,10", "A2,2026-01-03,C1,tea,0,10"]) + "\n")
    return path


def test_load_status_rollback(own_home: Path, sales: Path, tmp_path: Path) -> None:
    report = json.loads(oiis("data", "load", str(sales), "--max-rejected", "1", "--json", home=own_home)[0])
    assert (report["verdict"], report["read"], report["accepted"], report["rejected"]) == ("loaded", 2, 1, 1)
    status = json.loads(oiis("data", "status", "--json", "--hashes", home=own_home)[0])
    assert status["snapshot"] == report["snapshot"] == "v000001"
    assert Path(status["database"]).is_file()
    assert (status["as_of"], status["rows"]["order_lines"]) == ("2026-01-02", 1)
    assert status["loads"][0]["source"] == "sales.csv"
    assert set(status["content"]) == set(status["rows"])
    sales.write_text(HEADER + "\nA3,2026-01-05,C1,tea,1,10\n")
    assert "A3" not in oiis("data", "load", str(sales), home=own_home)[0]
    assert json.loads(oiis("data", "rollback", "--json", home=own_home)[0])["snapshot"] == "v000001"
    listed = json.loads(oiis("data", "snapshots", "--json", home=own_home)[0])
    assert [(row["snapshot"], row["current"]) for row in listed] == [("v000001", "yes"), ("v000002", "")]
    assert json.loads(oiis("data", "rollback", "v000002", "--json", home=own_home)[0])["as_of"] == "2026-01-05"
    oiis("data", "rollback", "v000009", home=own_home, code=8)


def test_faults_are_one_line_and_an_exit_code(own_home: Path, tmp_path: Path) -> None:
    picture = tmp_path / "sales.csv"
    picture.write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(100))
    assert "error:" in oiis("data", "load", str(picture), home=own_home, code=3)[1]
    odd = tmp_path / "odd.csv"
    odd.write_text("a,b\n1,2\n")
    assert "--map FILE" in oiis("data", "load", str(odd), home=own_home, code=4)[1]
    bad = tmp_path / "bad.csv"
    bad.write_text("\n".join([HEADER, *(f"A{n},2039-01-02,C1,tea,2,10" for n in range(5))]) + "\n")
    assert "5 of 5 rows are bad" in oiis("data", "load", str(bad), home=own_home, code=5)[1]
    oiis("data", "sync", "sqlite:////nowhere.db", home=own_home, code=6)
    assert "data demo" in oiis("data", "status", home=own_home, code=8)[1]
    assert "no preset" in oiis("data", "load", str(odd), "--preset", "x", home=own_home, code=4)[1]
    assert "did you mean OIIS_TIMEZONE" in oiis("data", "status", home=own_home, code=2, OIIS_TIMEZON="UTC")[1]
    assert "OIIS_KEEP_SNAPSHOTS" in oiis("data", "status", home=own_home, code=2, OIIS_KEEP_SNAPSHOTS="0")[1]
    assert not (own_home / "warehouse" / "CURRENT").exists()


def test_check_reports_saves_the_map_and_changes_nothing(own_home: Path, sales: Path, tmp_path: Path) -> None:
    found, folder = tmp_path / "map.yaml", tmp_path / "report"
    oiis("data", "check", str(sales), "--save-map", str(found), "--report", str(folder), home=own_home, code=5)
    assert "zero units" in (folder / "report.html").read_text()
    oiis("data", "status", home=own_home, code=8)
    oiis("data", "load", str(sales), "--map", str(found), "--max-rejected", "1", home=own_home)


def test_push_and_export(own_home: Path, tmp_path: Path) -> None:
    lines: list[dict[str, object]] = [
        {"type": "product", "product_id": "P1", "name": "Trà"},
        {"type": "customer", "customer_id": "C1"},
        {
            "type": "order",
            "order_id": "A1",
            "customer_id": "C1",
            "ordered_at": "2026-01-02",
            "lines": [{"product_id": "P1", "quantity": 2, "unit_price": 9}],
        },
    ]
    text = "\n".join(map(json.dumps, lines))
    assert json.loads(oiis("data", "push", "-", "--queue", "--json", home=own_home, stdin=text)[0])["events"] == 3
    assert "pushes wait" in oiis("doctor", home=own_home)[0]
    report = json.loads(oiis("data", "push", "-", "--json", home=own_home, stdin=json.dumps(lines[0] | {"name": "Trà xanh"}))[0])
    assert (report["accepted"], report["rejected"]) == (4, 1)  # the earlier name of P1 is superseded
    written = json.loads(
        oiis("data", "export", str(tmp_path / "out"), "--table", "products", "--format", "csv", "--json", home=own_home)[0]
    )
    assert "Trà xanh" in Path(written[0]).read_text(encoding="utf-8")


def test_doctor_names_damage_and_its_remedy(own_home: Path, sales: Path) -> None:
    assert "nothing loaded yet" in oiis("doctor", home=own_home)[0]
    oiis("data", "load", str(sales), "--max-rejected", "1", home=own_home)
    found = {finding["subject"]: finding for finding in json.loads(oiis("doctor", "--json", home=own_home)[0])}
    assert (found["warehouse"]["state"], found["packages"]["state"]) == ("good", "good")
    database = next(own_home.rglob("warehouse.duckdb"))
    content = bytearray(database.read_bytes())
    content[len(content) // 2] ^= 1
    database.write_bytes(content)
    assert "rollback" in oiis("doctor", home=own_home, code=1)[0]
    database.write_bytes(content[:-1])
    assert "rollback" in oiis("data", "status", home=own_home, code=8)[1]


def test_demo_refuses_to_hide_data(own_home: Path, sales: Path) -> None:
    oiis("data", "load", str(sales), "--max-rejected", "1", home=own_home)
    assert "--replace" in oiis("data", "demo", "--size", "tiny", home=own_home, code=2)[1]


def test_a_load_brings_in_what_was_pushed_before(own_home: Path, sales: Path) -> None:
    event = json.dumps({"type": "order", "order_id": "A9", "ordered_at": "2026-01-01 08:00"})
    oiis("data", "push", "-", "--queue", home=own_home, stdin=event)
    assert "1 pushes hold events" in oiis("data", "load", str(sales), "--dry-run", "--max-rejected", "1", home=own_home)[1]
    told = ("--max-rejected", "1", "--timezone", "UTC")
    complaint = oiis("data", "load", str(sales), *told, home=own_home, OIIS_TIMEZONE="Asia/Ho_Chi_Minh", OIIS_CURRENCY="vnd")[1]
    assert "pushed events: 1 rows read, 1 accepted" in complaint
    status = json.loads(oiis("data", "status", "--json", home=own_home)[0])
    assert (status["waiting_events"], status["rows"]["orders"]) == (0, 2)
    assert (status["company"]["timezone"], status["company"]["currency"]) == ("Asia/Ho_Chi_Minh", "VND")


def test_a_dry_run_ends_as_the_load_would(own_home: Path, sales: Path) -> None:
    out, complaint = oiis("data", "load", str(sales), "--dry-run", home=own_home, code=5)
    assert "1 of 2 rows are bad" in complaint
    assert out.startswith("checked:")
    assert not (own_home / "refused").exists()


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("--max-rejected", "7"), "from 0 (none) to 1 (all)"),
        (("--max-rejected", "-1"), "from 0 (none) to 1 (all)"),
        (("--max-rejected", "nan"), "from 0 (none) to 1 (all)"),
        (("--wait", "-5"), "from 0 on"),
        (("--wait", "nan"), "from 0 on"),
        (("--currency", "banana"), "three letters"),
        (("--timezone", "Mars/Phobos"), "no time zone"),
        (("--timezone", ""), "no time zone"),
        (("--timezone", "asia/ho_chi_minh"), "did you mean Asia/Ho_Chi_Minh?"),
        (("--encoding", "klingon"), "utf-8"),
        (("--encoding", "rot13"), "utf-8"),
        (("--delimiter", "ab"), "one character"),
    ],
)
def test_a_value_an_option_cannot_have_is_told_before_anything_is_read(arguments: tuple[str, ...], says: str) -> None:
    done = CliRunner().invoke(app, ["data", "load", "nowhere.csv", *arguments])
    assert done.exit_code == 2
    assert says in done.output


@pytest.mark.parametrize(("name", "value"), [("OIIS_TIMEZONE", "Mars/Phobos"), ("OIIS_CURRENCY", "banana"), ("OIIS_MAX_REJECTED", "7")])
def test_a_value_a_setting_cannot_have_is_told(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(BadSetting, match=f"{name}='{value}' cannot be used"):
        read_settings()


def test_a_home_the_engine_cannot_open_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OIIS_HOME", "what?")
    with pytest.raises(BadSetting, match="question mark"):
        read_settings()


def test_an_empty_setting_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in Settings.model_fields:
        monkeypatch.setenv(f"OIIS_{name.upper()}", "")
    assert read_settings() == Settings.model_construct(**{name: field.default for name, field in Settings.model_fields.items()})


@pytest.mark.parametrize(
    "command",
    [("load", "{sales}"), ("check", "{sales}"), ("status",), ("snapshots",), ("push", "{events}")],
)
@pytest.mark.parametrize("home", ["file", "file/below", "folder/full"])
def test_a_home_that_cannot_be_is_one_line(
    tmp_path: Path, sales: Path, command: tuple[str, ...], home: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").touch()
    (tmp_path / "folder" / "full" / "warehouse" / "CURRENT").mkdir(parents=True)
    (tmp_path / "folder" / "full" / "warehouse" / ".lock").mkdir()
    (tmp_path / "folder" / "full" / "inbox").touch()
    events = tmp_path / "events.jsonl"
    events.write_text('{"type": "product", "product_id": "P"}')
    code, complaint = run(monkeypatch, capsys, tmp_path / home, "data", *(part.format(sales=sales, events=events) for part in command))
    assert (code, complaint.count("error:")) == (2, 1)
    assert str(tmp_path / home) in complaint and "Next:" in complaint


def test_outputs_that_cannot_be_written_are_one_line(
    own_home: Path, tmp_path: Path, sales: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    known = tmp_path / "known.csv"
    known.write_text(HEADER + "\nA1,2026-01-02,C1,tea,2,10\n")
    assert run(monkeypatch, capsys, own_home, "data", "load", str(known))[0] == 0
    for arguments in (
        ("check", str(known), "--report", str(known)),
        ("check", str(known), "--save-map", str(tmp_path / "no" / "map.yaml")),
        ("check", str(known), "--save-map", str(tmp_path)),
        ("export", str(known)),
        ("export", "/proc/here"),
    ):
        code, complaint = run(monkeypatch, capsys, own_home, "data", *arguments)
        assert code == 2, arguments
        assert arguments[-1] in complaint and "Next:" in complaint


def test_a_full_disk_has_an_exit_code_of_its_own(
    own_home: Path, tmp_path: Path, sales: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    code, complaint = run(monkeypatch, capsys, own_home, "data", "check", str(sales), "--save-map", "/dev/full")
    assert (code, "free some disk space" in complaint) == (9, True)


def test_a_fault_of_ours_is_one_line_or_the_whole_trace(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    try:
        raise TypeError("nobody expected this\nnor that")
    except TypeError as error:
        fault = error
    tell_fault(TypeError, fault, fault.__traceback__)
    (line,) = capsys.readouterr().err.splitlines()
    assert "test_data_commands.py:" in line and "TypeError: nobody expected this. Next: run it with OIIS_DEBUG=1" in line
    monkeypatch.setenv("OIIS_DEBUG", "1")
    tell_fault(TypeError, fault, fault.__traceback__)
    assert "Traceback" in capsys.readouterr().err


def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], home: Path, *arguments: str) -> tuple[int, str]:
    """The program in this process: its exit code and what it complained of."""
    monkeypatch.setenv("OIIS_HOME", str(home))
    monkeypatch.setattr(sys, "argv", ["oiis", *arguments])
    monkeypatch.setattr(sys, "excepthook", sys.excepthook)
    with pytest.raises(SystemExit) as ended:
        main()
    return int(ended.value.code or 0), capsys.readouterr().err
