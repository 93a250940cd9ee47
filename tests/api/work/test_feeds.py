"""Feeds: fetched within bounds and never from inside, each entry a document with its day, indicators into the warehouse."""

from __future__ import annotations

import http.server
import socket
import threading
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import ClassVar

import pytest

from api.work.contract import Workplace
from api.work.documents import FetchFeed, fetch_feed, library_of
from api.work.errors import Refused
from api.work.fetch import Unreached, check_address, fetch
from ingestion.founding import found
from ingestion.progress import silent
from ingestion.warehouse import Warehouse, open_readonly
from knowledge.library import Filing

RSS = b"""<?xml version="1.0" encoding="utf-8"?>
<rss version="2.0"><channel><title>Coffee wire</title>
<item><title>Coffee rises</title><link>https://wire.example/1</link><pubDate>Mon, 03 Mar 2025 10:00:00 +0700</pubDate>
<description>
&lt;p&gt;Prices of coffee rose by &lt;b&gt;12 %&lt;/b&gt; after the drought.&lt;/p&gt;&lt;script&gt;x()&lt;/script&gt;</description></item>
<item><title>Rice falls</title><pubDate>2025-04-05T00:00:00Z</pubDate><description>Rice fell by 3 %.</description></item>
</channel></rss>"""
ATOM = b"""<feed xmlns="http://www.w3.org/2005/Atom"><title>Notes</title>
<entry><title>Freight</title><link href="https://notes.example/f"/>
<updated>2025-05-06T01:02:03Z</updated><summary>Freight is dear.</summary></entry>
</feed>"""
INDICATORS = b"indicator,observed_on,value,unit,source\ncobalt,2025-01-02,245.5,USD/t,test wire\n"
Reply = Callable[[http.server.BaseHTTPRequestHandler], None]


class Site(http.server.BaseHTTPRequestHandler):
    """Answers each path with what a test put there."""

    replies: ClassVar[dict[str, Reply]] = {}

    def do_GET(self) -> None:
        self.replies[self.path](self)

    def log_message(self, format: str, *args: object) -> None:
        """Silence."""


def body(content: bytes, **headers: str) -> Reply:
    def reply(site: http.server.BaseHTTPRequestHandler) -> None:
        site.send_response(200)
        for name, value in headers.items():
            site.send_header(name.replace("_", "-"), value)
        site.end_headers()
        site.wfile.write(content)

    return reply


def moved(where: str) -> Reply:
    def reply(site: http.server.BaseHTTPRequestHandler) -> None:
        site.send_response(302)
        site.send_header("Location", where)
        site.end_headers()

    return reply


@pytest.fixture(scope="module")
def site() -> Iterator[str]:
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Site)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def test_news_become_documents_with_their_day(tmp_path: Path) -> None:
    feed = tmp_path / "wire.xml"
    feed.write_bytes(RSS)
    place = Workplace(home=tmp_path / "home")
    assert fetch_feed(FetchFeed(address=str(feed)), place, silent) == "wire.xml: 2 of 2 entries are new"
    assert fetch_feed(FetchFeed(address=str(feed)), place, silent) == "wire.xml: 0 of 2 entries are new"
    library = library_of(place.home)
    coffee, rice = library.list()
    assert (coffee.title, coffee.kind, coffee.published_on) == ("Coffee rises", "market", date(2025, 3, 3))
    assert (rice.title, rice.published_on) == ("Rice falls", date(2025, 4, 5))
    texts = {chunk.doc_id: chunk.text for _, chunk in library.chunks()}
    assert "Prices of coffee rose by 12 % after the drought." in texts[coffee.doc_id] and "x()" not in texts[coffee.doc_id]
    assert library.list(date(2025, 3, 31)) == (coffee,), "news of April was known in March"
    feed.write_bytes(RSS.replace(b"12 %", b"13 %"))
    fetch_feed(FetchFeed(address=str(feed)), place, silent)
    assert library.get(coffee.doc_id).version == 2 and library.get(rice.doc_id).version == 1


SAME_TITLES = b"""<rss version="2.0"><channel><title>Prices</title>
<item><title>Daily price</title><guid isPermaLink="false">p-2</guid><link>https://p.example/</link>
<pubDate>2025-04-02</pubDate><description>Rice costs 12.</description></item>
<item><title>Daily price</title><guid isPermaLink="false">p-1</guid><link>https://p.example/</link>
<pubDate>2025-04-01</pubDate><description>Rice costs 11.</description></item>
<item><title>Weekly price</title><link>https://p.example/</link><description>Rice is dear.</description></item>
<item><title>Daily price</title><link>https://p.example/</link><pubDate>2025-03-31</pubDate><description>Rice costs 10.</description></item>
<item><title>Daily price</title><pubDate>2025-03-30</pubDate><description>Rice costs 9.</description></item>
</channel></rss>"""


def test_entries_of_one_title_are_documents_of_their_own_and_a_feed_read_again_changes_nothing(tmp_path: Path) -> None:
    feed, place = tmp_path / "prices.xml", Workplace(home=tmp_path / "home")
    feed.write_bytes(SAME_TITLES)
    library = library_of(place.home)
    assert fetch_feed(FetchFeed(address=str(feed)), place, silent) == "prices.xml: 5 of 5 entries are new"
    state = library.state()
    for _ in range(3):
        assert fetch_feed(FetchFeed(address=str(feed)), place, silent) == "prices.xml: 0 of 5 entries are new"
    assert library.state() == state
    told = sorted((each.title, str(each.published_on), each.version) for each in library.versions())
    days = ("2025-03-30", "2025-03-31", "2025-04-01", "2025-04-02")
    assert told == [*(("Daily price", day, 1) for day in days), ("Weekly price", "None", 1)]
    texts = sorted(chunk.text for _, chunk in library.chunks())
    assert [sum(f"Rice costs {price}." in text for text in texts) for price in (9, 10, 11, 12)] == [1, 1, 1, 1]
    assert not any("Entry:" in text for text in texts)


OWN_MARKS = b"""<rss version="2.0"><channel><title>Fair</title>
<item><title>Coffee fair</title><guid>fair-1</guid><link>https://f.example/1</link>
<description>Entry: 40,000 VND a person.</description></item>
<item><title>Coffee fair</title><guid>fair-2</guid><description>&lt;p&gt;Entry: free for growers.&lt;/p&gt;&lt;p&gt;Come early.&lt;/p&gt;
</description></item><item><title>Nothing said</title><guid>fair-3</guid></item>
<item><title>Tea fair</title><guid>fair-4</guid><description>Closed this year.</description></item></channel></rss>"""


def test_what_begins_like_a_mark_is_the_publishers_text(tmp_path: Path) -> None:
    feed, place = tmp_path / "fair.xml", Workplace(home=tmp_path / "home")
    feed.write_bytes(OWN_MARKS)
    assert fetch_feed(FetchFeed(address=str(feed)), place, silent) == "fair.xml: 3 of 3 entries are new"
    texts = sorted((document.title, chunk.text) for document, chunk in library_of(place.home).chunks())
    assert texts == [
        ("Coffee fair", "Entry: free for growers.\n\nCome early."),
        ("Coffee fair", "Source: https://f.example/1\n\nEntry: 40,000 VND a person."),
        ("Tea fair", "Closed this year."),
    ]


def test_a_feed_that_a_person_files_holds_what_it_says_and_no_mark_of_ours(tmp_path: Path) -> None:
    library = library_of(tmp_path)
    library.add(SAME_TITLES, Filing(name="prices.xml"))
    text = "\n".join(chunk.text for _, chunk in library.chunks())
    assert "Entry" not in text and "p-2" not in text and text.count("Rice costs") == 4


def test_an_entry_that_goes_back_and_forth_grows_no_versions(tmp_path: Path) -> None:
    feed, place = tmp_path / "prices.xml", Workplace(home=tmp_path / "home")
    corrected = SAME_TITLES.replace(b"costs 12", b"costs 13")
    for content in (SAME_TITLES, corrected) * 3:
        feed.write_bytes(content)
        fetch_feed(FetchFeed(address=str(feed)), place, silent)
    versions = [each.version for each in library_of(place.home).versions()]
    assert len(versions) == 6 and sorted(versions) == [1, 1, 1, 1, 1, 2]


def test_news_that_a_person_removed_stays_removed(tmp_path: Path) -> None:
    feed, place = tmp_path / "prices.xml", Workplace(home=tmp_path / "home")
    feed.write_bytes(SAME_TITLES)
    fetch_feed(FetchFeed(address=str(feed)), place, silent)
    library = library_of(place.home)
    gone = [each.doc_id for each in library.list()][:2]
    for doc_id in gone:
        library.remove(doc_id)
    assert fetch_feed(FetchFeed(address=str(feed)), place, silent) == "prices.xml: 0 of 5 entries are new"
    assert len(library.list()) == 3 and not {each.doc_id for each in library.list()} & set(gone)


def test_a_feed_comes_from_an_address_when_that_is_allowed(site: str, tmp_path: Path) -> None:
    Site.replies = {"/feed": body(ATOM), "/moved": moved("/feed")}
    place = Workplace(home=tmp_path)
    with pytest.raises(Refused, match="inside this network"):
        fetch_feed(FetchFeed(address=f"{site}/feed"), place, silent)
    assert "1 of 1" in fetch_feed(FetchFeed(address=f"{site}/moved", private=True), place, silent)
    (document,) = library_of(tmp_path).list()
    assert (document.title, document.published_on) == ("Freight", date(2025, 5, 6))


def test_indicators_go_into_the_warehouse(tmp_path: Path) -> None:
    home = tmp_path / "home"
    found(Warehouse(home), "tiny", 7)
    feed = tmp_path / "indicators.csv"
    feed.write_bytes(INDICATORS)
    assert "1 rows read, 1 accepted" in fetch_feed(FetchFeed(address=str(feed)), Workplace(home=home), silent)
    with open_readonly(Warehouse(home).snapshot().database) as connection:
        rows = connection.execute("SELECT value FROM market_indicators WHERE indicator = 'cobalt'").fetchall()
    assert [float(row[0]) for row in rows] == [245.5]
    assert not library_of(home).list()


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"<rss><channel><item>", "cannot be read"),
        (b'<!DOCTYPE x [<!ENTITY a "b">]><rss><item><title>&a;</title></item></rss>', r"no feed|cannot be read"),
        (b"just words", "is no feed"),
        (b"", "empty"),
    ],
)
def test_what_is_no_feed_is_refused(tmp_path: Path, content: bytes, said: str) -> None:
    feed = tmp_path / "feed.xml"
    feed.write_bytes(content)
    with pytest.raises(Refused, match=said):
        fetch_feed(FetchFeed(address=str(feed)), Workplace(home=tmp_path / "home"), silent)


INSIDE = [
    "http://127.0.0.1/x",
    "http://localhost/x",
    "http://[::1]/x",
    "http://[::ffff:127.0.0.1]/x",
    "http://0.0.0.0/x",
    "http://10.1.2.3/x",
    "http://192.168.1.1/x",
    "http://172.16.0.1/x",
    "http://169.254.169.254/latest/meta-data",
    "http://[fd00::1]/x",
    "http://100.64.0.1/x",
    "http://224.0.0.1/x",
    "http://2130706433/x",
    "http://0x7f.1/x",
]


@pytest.mark.parametrize("address", INSIDE)
def test_addresses_inside_the_network_are_refused(address: str) -> None:
    with pytest.raises((Refused, Unreached)):
        check_address(address, private=False)


@pytest.mark.parametrize(
    "address",
    ["ftp://news.example/x", "file:///etc/passwd", "gopher://x/", "https://", "https://ann:secret@news.example/x", "http://[bad", "x"],
)
def test_only_plain_web_addresses_are_fetched(address: str) -> None:
    with pytest.raises(Refused):
        fetch(address, private=True)


def test_a_name_that_leads_inside_is_refused_whatever_else_it_leads_to(monkeypatch: pytest.MonkeyPatch) -> None:
    def both(host: str, port: int, **_: object) -> list[tuple[object, ...]]:
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (machine, port)) for machine in ("93.184.216.34", "10.0.0.7")]

    monkeypatch.setattr(socket, "getaddrinfo", both)
    with pytest.raises(Refused, match=r"10\.0\.0\.7"):
        check_address("https://news.example/feed", private=False)


def test_being_sent_inside_is_refused_too(monkeypatch: pytest.MonkeyPatch, site: str) -> None:
    """The first address counts as public here; the one it sends on to does not."""
    from api.work import fetch as fetching

    first = site.rpartition(":")[2]
    Site.replies = {"/out": moved("http://10.0.0.7/secret"), "/file": moved("file:///etc/passwd"), "/loop": moved("/loop")}
    checked: list[str] = []

    def public(machine: str) -> bool:
        checked.append(machine)
        return machine == "127.0.0.1"

    monkeypatch.setattr(fetching, "_is_public", public)
    for path, said in (("/out", r"10\.0\.0\.7"), ("/file", "cannot be fetched"), ("/loop", "more than 3 times")):
        with pytest.raises(Refused, match=said):
            fetch(f"http://127.0.0.1:{first}{path}")
    assert "10.0.0.7" in checked


def test_size_and_time_are_bounded(site: str) -> None:
    def slowly(handler: http.server.BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.end_headers()
        for _ in range(40):
            try:
                handler.wfile.write(b"x")
                handler.wfile.flush()
            except OSError:
                return
            threading.Event().wait(0.1)

    Site.replies = {"/large": body(b"x" * 200_000), "/slow": slowly, "/packed": body(b"x", Content_Encoding="gzip"), "/gone": moved("")}
    with pytest.raises(Refused, match="more than 100,000 bytes"):
        fetch(f"{site}/large", private=True, most_bytes=100_000)
    with pytest.raises(Unreached, match=r"too slow|does not answer"):
        fetch(f"{site}/slow", private=True, seconds=0.5)
    with pytest.raises(Refused, match="packed"):
        fetch(f"{site}/packed", private=True)
    assert len(fetch(f"{site}/large", private=True)) == 200_000


def test_a_reply_that_breaks_off_is_not_taken_for_the_whole(site: str) -> None:
    def cut(handler: http.server.BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.send_header("Content-Length", str(len(RSS)))
        handler.end_headers()
        handler.wfile.write(RSS[:-50])

    def cut_in_chunks(handler: http.server.BaseHTTPRequestHandler) -> None:
        handler.protocol_version = "HTTP/1.1"
        handler.send_response(200)
        handler.send_header("Transfer-Encoding", "chunked")
        handler.end_headers()
        handler.wfile.write(b"%x\r\n%s\r\n" % (100, RSS[:100]))

    Site.replies = {"/cut": cut, "/chunks": cut_in_chunks, "/whole": body(RSS, Content_Length=str(len(RSS)))}
    with pytest.raises(Unreached, match=rf"broke off after {len(RSS) - 50} of {len(RSS)} bytes"):
        fetch(f"{site}/cut", private=True)
    with pytest.raises(Unreached):
        fetch(f"{site}/chunks", private=True)
    assert fetch(f"{site}/whole", private=True) == RSS


def test_a_site_that_is_down_may_be_tried_again() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
    with pytest.raises(Unreached, match="does not answer"):
        fetch(f"http://127.0.0.1:{port}/feed", private=True)
