"""Vietnamese time expressions, grouped by what they mean on any business date."""

from __future__ import annotations

from datetime import date

from tests.agents.language.time import oracle as o
from tests.agents.language.time.oracle import Meant

RELATIVE: tuple[tuple[Meant, tuple[str, ...]], ...] = (
    (o.this("day"), ("hôm nay", "doanh thu hôm nay", "ngày hôm nay")),
    (o.unit("day", -1), ("hôm qua", "ngày hôm qua", "đơn hàng hôm qua")),
    (o.unit("day", -2), ("hôm kia", "2 ngày trước")),
    (o.this("week"), ("tuần này", "trong tuần này", "trong tuần", "từ đầu tuần", "từ đầu tuần đến nay")),
    (o.this("month"), ("tháng này", "doanh thu tháng này", "từ đầu tháng", "từ đầu tháng đến nay", "tháng hiện tại", "đầu tháng đến nay")),
    (o.this("quarter"), ("quý này", "từ đầu quý đến nay", "từ đầu quý")),
    (
        o.this("year"),
        ("năm nay", "doanh thu năm nay", "đầu năm đến nay", "từ đầu năm đến nay", "từ đầu năm", "từ đầu năm nay", "kể từ đầu năm"),
    ),
    (o.unit("week", -1), ("tuần trước", "tuần rồi", "tuần vừa rồi", "tuần vừa qua")),
    (
        o.unit("month", -1),
        (
            "tháng trước",
            "doanh thu tháng trước",
            "tháng rồi",
            "tháng vừa rồi",
            "trong tháng trước",
            "tháng qua",
            "tháng vừa qua",
            "tháng trươc",
        ),
    ),
    (o.unit("quarter", -1), ("quý trước", "quý vừa rồi", "của quý trước")),
    (o.unit("year", -1), ("năm ngoái", "năm trước", "doanh thu năm ngoái", "năm vừa rồi", "cả năm ngoái", "một năm qua")),
    (o.unit("week", -2), ("tuần trước nữa", "2 tuần trước", "cách đây 2 tuần")),
    (o.unit("month", -2), ("tháng trước nữa", "hai tháng trước", "cách đây hai tháng")),
    (o.unit("year", -2), ("năm kia", "năm trước nữa")),
    (
        o.rolling(30, "day"),
        (
            "30 ngày qua",
            "30 ngày gần đây",
            "30 ngày gần nhất",
            "trong vòng 30 ngày qua",
            "ba mươi ngày qua",
            "30 ngày vừa qua",
            "trong 30 ngày qua",
        ),
    ),
    (o.rolling(7, "day"), ("7 ngày qua", "bảy ngày gần đây")),
    (o.rolling(24, "day"), ("hai mươi bốn ngày qua",)),
    (o.rolling(5, "day"), ("năm ngày qua", "5 ngày qua")),
    (o.rolling(2, "week"), ("2 tuần qua", "hai tuần gần đây")),
    (
        o.rolling(3, "month"),
        ("3 tháng gần đây", "ba tháng qua", "3 tháng qua", "doanh thu ba tháng qua", "3 tháng gần đây nhất", "3 tháng vừa rồi"),
    ),
    (o.rolling(3, "month"), ("mấy tháng gần đây", "vài tháng qua", "mấy tháng nay", "dăm tháng gần đây")),
    (o.rolling(3, "day"), ("vài ngày qua", "mấy hôm nay", "mấy ngày gần đây")),
    (o.rolling(12, "month"), ("12 tháng qua", "mười hai tháng qua", "12 tháng gần nhất")),
    (o.rolling(2, "quarter"), ("2 quý gần đây", "hai quý qua")),
    (o.rolling(5, "year"), ("5 năm qua", "năm năm qua")),
    (o.full(3, "month"), ("3 tháng trọn vẹn gần nhất", "3 tháng đầy đủ gần đây")),
    (o.unit("day", 1), ("ngày mai",)),
    (o.unit("week", 1), ("tuần tới", "tuần sau")),
    (o.unit("month", 1), ("tháng sau", "tháng tới", "dự báo tháng tới")),
    (o.unit("quarter", 1), ("quý sau", "quý tới")),
    (o.unit("year", 1), ("năm sau", "năm tới")),
    (o.ahead(30, "day"), ("30 ngày tới", "trong 30 ngày tới")),
    (o.ahead(3, "month"), ("3 tháng tới", "ba tháng sắp tới")),
    (lambda day: [("all",)], ("từ trước đến nay", "toàn bộ thời gian")),
    (lambda day: [("as_of", day)], ("hiện tại", "hiện nay", "bây giờ")),
)

CALENDAR: tuple[tuple[Meant, tuple[str, ...]], ...] = (
    (lambda d: o.on(o.newest_month(d, 3)), ("tháng 3", "tháng ba", "trong tháng 3", "doanh thu tháng 3", "vào tháng ba")),
    (lambda d: o.on(o.newest_month(d, 4)), ("tháng tư", "tháng 4")),
    (lambda d: o.on(o.newest_month(d, 12)), ("tháng mười hai", "tháng 12", "tháng chạp")),
    (lambda d: o.on(o.newest_month(d, 10)), ("tháng mười", "T10", "tháng 10")),
    (lambda d: o.on(o.newest_quarter(d, 3)), ("quý 3", "quý III", "quý ba", "trong quý 3", "Q3", "doanh thu quý 3")),
    (lambda d: o.on(o.newest_quarter(d, 1)), ("quý I", "quý một", "quý 1")),
    (lambda d: o.on(o.newest_week(d, 42)), ("tuần 42",)),
    (lambda d: o.on(o.newest_day(d, 3, 5)), ("ngày 5/3", "ngày 5 tháng 3", "hôm 5/3", "mùng 5 tháng 3")),
    (lambda d: o.on(o.quarter_days(d.year - 1, 3)), ("quý 3 năm ngoái", "quý III năm ngoái", "quý ba năm trước")),
    (lambda d: o.on(o.month_days(d.year - 1, 5)), ("tháng 5 năm ngoái", "vào tháng 5 năm ngoái")),
    (lambda d: o.on(o.month_days(d.year, 5)), ("tháng 5 năm nay",)),
    (lambda d: o.on((o.week_days(d)[0] - 7 * o.DAY,) * 2), ("thứ hai tuần trước", "thứ 2 tuần trước")),
    (
        lambda d: o.on((d - (d.weekday() + 2) * o.DAY, d - (d.weekday() + 1) * o.DAY)),
        ("cuối tuần trước", "cuối tuần qua", "cuối tuần vừa rồi"),
    ),
    (lambda d: o.on(o.weekday(d, 7, True)), ("chủ nhật vừa rồi",)),
    (o.fixed("2024-01-01", "2024-12-31"), ("năm 2024", "2024", "trong năm 2024", "cả năm 2024")),
    (o.fixed("2025-03-01", "2025-03-31"), ("tháng 3 năm 2025", "tháng 3/2025", "tháng ba năm 2025", "t3/2025", "3/2025", "tháng 3 2025")),
    (o.fixed("2024-12-01", "2024-12-31"), ("tháng mười hai năm 2024", "tháng 12/2024", "T12/2024")),
    (o.fixed("2025-07-01", "2025-09-30"), ("quý 3/2025", "quý 3 năm 2025", "quý III/2025", "Q3/2025", "Q3 năm 2025")),
    (
        o.fixed("2025-03-05"),
        ("ngày 5/3/2025", "ngày 5 tháng 3 năm 2025", "5/3/2025", "ngày 05-03-2025", "5 tháng 3 năm 2025", "ngày mùng 5 tháng 3 năm 2025"),
    ),
    (
        o.fixed("2024-02-09", "2024-02-14"),
        ("Tết 2024", "dịp Tết 2024", "mùa tết năm 2024", "Tết Nguyên Đán 2024", "tết âm lịch 2024"),
    ),
    (o.fixed("2024-12-24", "2024-12-26"), ("giáng sinh 2024", "noel 2024")),
)

RANGES: tuple[tuple[Meant, tuple[str, ...]], ...] = (
    (
        lambda d: o.on((o.newest_month(o.newest_month(d, 5)[0], 3)[0], o.newest_month(d, 5)[1])),
        ("từ tháng 3 đến tháng 5", "từ tháng 3 tới tháng 5", "giữa tháng 3 và tháng 5", "từ tháng ba đến hết tháng năm"),
    ),
    (o.since_month(3), ("từ tháng 3 đến nay", "từ tháng 3", "kể từ tháng 3", "từ tháng 3 tới nay", "kể từ tháng ba trở đi")),
    (
        lambda d: o.on((o.newest_day(d, 3, 15)[0] - 14 * o.DAY, o.newest_day(d, 3, 15)[0])),
        ("từ ngày 1 đến ngày 15 tháng 3", "từ ngày 1 tới 15 tháng 3"),
    ),
    (
        lambda d: o.on((o.newest_day(d, 9, 10)[0] - 5 * o.DAY, o.newest_day(d, 9, 10)[0])),
        ("từ ngày 5 đến ngày 10/9", "từ 5 đến 10/9", "ngày 5 tới 10/9", "từ mùng 5 đến 10/9", "5-10/9", "từ ngày 5 - 10/9"),
    ),
    (
        o.fixed("2025-03-01", "2025-03-15"),
        ("từ 1/3/2025 đến 15/3/2025", "từ ngày 1/3/2025 đến ngày 15/3/2025", "từ ngày 1 đến ngày 15 tháng 3 năm 2025"),
    ),
    (o.fixed("2024-10-01", "2025-03-31"), ("từ tháng 10 năm 2024 đến tháng 3 năm 2025", "từ tháng 10/2024 đến tháng 3/2025")),
    (o.fixed("2023-01-01", "2024-12-31"), ("từ năm 2023 đến năm 2024", "giai đoạn 2023-2024", "từ 2023 đến 2024")),
    (
        lambda d: o.on(o.half_days(d.year, 1)),
        ("nửa đầu năm", "6 tháng đầu năm", "6 tháng đầu năm nay", "nửa đầu năm nay", "sáu tháng đầu năm"),
    ),
    (lambda d: o.on(o.half_days(d.year - 1, 2)), ("nửa cuối năm ngoái", "6 tháng cuối năm ngoái")),
    (o.fixed("2025-01-01", "2025-06-30"), ("nửa đầu năm 2025", "6 tháng đầu năm 2025", "nửa đầu của năm 2025")),
    (o.fixed("2024-10-01", "2024-12-31"), ("3 tháng cuối năm 2024", "quý cuối năm 2024", "quý 4 năm 2024")),
    (o.fixed("2025-10-01", "2025-10-07"), ("tuần đầu tháng 10 năm 2025", "tuần đầu tiên của tháng 10/2025")),
    (o.fixed("2025-05-01", "2025-05-10"), ("10 ngày đầu tháng 5/2025", "đầu tháng 5/2025")),
    (o.fixed("2025-03-11", "2025-03-20"), ("giữa tháng 3/2025",)),
    (o.fixed("2025-07-01", "2025-07-31"), ("đầu quý 3/2025", "đầu quý 3 năm 2025")),
    (o.fixed("2025-08-01", "2025-08-31"), ("giữa quý 3/2025",)),
    (o.until(lambda d: o.newest_month(d, 3)[1]), ("đến hết tháng 3", "đến tháng 3", "tới tháng 3")),
    (o.until(lambda d: o.newest_day(d, 3, 31)[0]), ("tính đến ngày 31/3", "tại ngày 31/3", "tính đến 31/3")),
    (o.until(lambda d: date(2024, 12, 31)), ("trước năm 2025", "đến hết năm 2024")),
    (o.until(lambda d: min(d, date(2024, 12, 31))), ("cuối năm 2024", "tồn kho cuối năm 2024")),
    (o.until(lambda d: o.whole(d, "month", -1)[1]), ("cuối tháng trước", "tồn kho cuối tháng trước")),
    (
        lambda d: o.on((o.newest_day(d, 6, 15)[0] + o.DAY, d)) if o.newest_day(d, 6, 15)[0] < d else [],
        ("sau ngày 15/6", "sau ngày 15 tháng 6"),
    ),
)

COMPARISONS: tuple[tuple[Meant, tuple[str, ...]], ...] = (
    (
        o.against("previous"),
        (
            "so với tháng trước",
            "so với tuần trước",
            "hơn tháng trước",
            "so với kỳ trước",
            "so với quý trước",
            "so với hôm qua",
            "thấp hơn tháng trước",
            "so với tháng trước đó",
            "tháng so với tháng",
        ),
    ),
    (
        o.against("year_on_year"),
        (
            "so với cùng kỳ năm ngoái",
            "so với năm ngoái",
            "so với cùng kỳ",
            "cùng kỳ năm trước",
            "so cùng kỳ năm ngoái",
            "so với cùng kỳ năm trước",
            "hơn năm ngoái",
            "so với cùng tháng năm ngoái",
            "cùng kỳ",
        ),
    ),
    (lambda d: [("against", *o.newest_month(d, 9))], ("so với tháng 9", "so với tháng chín", "hơn tháng 9")),
    (lambda d: [("against", *o.newest_quarter(d, 2))], ("so với quý 2", "so với quý II")),
    (o.both(o.this("month"), o.against("previous")), ("tháng này so với tháng trước", "doanh thu tháng này so với tháng trước")),
    (o.both(o.this("quarter"), o.against("previous")), ("quý này so với quý trước",)),
    (o.both(o.this("year"), o.against("year_on_year")), ("năm nay so với năm ngoái", "năm nay so với cùng kỳ năm ngoái")),
    (
        o.both(o.fixed("2024-01-01", "2024-12-31"), o.versus(o.fixed("2023-01-01", "2023-12-31"))),
        ("năm 2024 so với năm 2023", "2024 so với 2023"),
    ),
    (
        o.both(o.fixed("2025-10-01", "2025-10-31"), o.versus(o.fixed("2025-09-01", "2025-09-30"))),
        ("tháng 10/2025 so với tháng 9/2025", "tháng 10/2025 so với tháng 9"),
    ),
    (o.both(o.fixed("2025-01-01", "2025-03-31"), o.fixed("2025-04-01", "2025-06-30")), ("quý 1 và quý 2 năm 2025",)),
    (
        o.both(o.versus(o.fixed("2025-09-01", "2025-09-30")), o.fixed("2025-10-01", "2025-10-31")),
        ("doanh thu thay đổi thế nào từ tháng 9 đến tháng 10 năm 2025",),
    ),
)

OTHERS: tuple[tuple[Meant, tuple[str, ...]], ...] = (
    (o.cut("month"), ("theo tháng", "theo từng tháng", "hàng tháng", "hằng tháng", "mỗi tháng", "từng tháng")),
    (o.cut("week"), ("theo tuần", "hàng tuần", "hằng tuần", "mỗi tuần")),
    (o.cut("day"), ("theo ngày", "hàng ngày", "mỗi ngày", "từng ngày")),
    (o.cut("quarter"), ("theo quý", "hàng quý")),
    (o.cut("year"), ("theo năm", "hàng năm", "mỗi năm")),
    (o.length(90, "day"), ("không mua trong 90 ngày", "90 ngày không có đơn", "hơn 90 ngày")),
    (o.length(3, "month"), ("3 tháng liên tiếp", "ba tháng liên tục", "trong 3 tháng")),
    (o.length(2, "week"), ("hơn 2 tuần", "hai tuần")),
    (o.length(6, "month"), ("nửa năm", "6 tháng")),
    (o.length(24, "hour"), ("trong 24 giờ", "24 tiếng")),
    (o.both(o.rolling(12, "month"), o.cut("month")), ("12 tháng qua theo tháng", "12 tháng gần đây theo từng tháng")),
    (o.both(o.unit("year", -1), o.cut("quarter")), ("doanh thu năm ngoái theo quý",)),
)

WINDOWS: tuple[tuple[Meant, tuple[str, ...]], ...] = (
    (o.fixed("2024-10-01", "2025-09-30"), ("12 tháng tính đến tháng 9/2025", "năm kết thúc tháng 9/2025")),
    (o.fixed("2025-07-01", "2025-09-30"), ("3 tháng kết thúc vào tháng 9/2025", "3 tháng tính đến tháng 9 năm 2025")),
    (o.fixed("2025-01-01", "2025-09-30"), ("9 tháng năm 2025", "9T/2025", "9 tháng đầu năm 2025", "ba quý đầu năm 2025")),
    (o.fixed("2025-01-14", "2025-01-27"), ("2 tuần trước Tết 2025",)),
    (o.fixed("2025-01-30"), ("mùng 2 Tết 2025", "mồng 2 tết năm 2025")),
    (o.fixed("2025-10-15", "2025-10-21"), ("tuần 3 tháng 10/2025", "tuần thứ 3 tháng 10/2025")),
    (o.fixed("2024-01-01", "2024-12-31"), ("năm tài chính 2024", "niên độ 2024")),
    (lambda d: o.on((o.whole(d, "month", -1)[0] + 14 * o.DAY,) * 2), ("ngày 15 tháng trước",)),
    (lambda d: o.on((o.week_days(d)[0], o.week_days(d)[0] + o.DAY)), ("đầu tuần này",)),
    (lambda d: o.on(o.month_days(d.year, 10)), ("tháng 10 này",)),
    (lambda d: o.on(o.over_before(d, lambda y: o.quarter_days(y, 3))), ("quý 3 vừa qua", "quý III vừa rồi")),
    (o.unit("month", -1), ("tháng gần nhất", "tháng gần đây nhất", "1 tháng qua")),
    (o.rolling(2, "day"), ("48 giờ qua", "hai ngày gần đây")),
    (o.rolling(6, "month"), ("nửa năm qua", "6 tháng trở lại đây")),
    (o.both(o.this("week"), o.unit("week", -1)), ("tuần này và tuần trước",)),
    (o.both(o.this("year"), o.against("year_on_year")), ("so sánh doanh thu năm nay với năm ngoái",)),
    (o.both(o.fixed("2023-01-01", "2023-12-31"), o.versus(o.fixed("2024-01-01", "2024-12-31"))), ("so sánh năm 2023 với năm 2024",)),
    (o.both(o.fixed("2025-03-01", "2025-03-31"), o.fixed("2025-04-01", "2025-04-30")), ("chênh lệch giữa tháng 3 và tháng 4 năm 2025",)),
    (
        o.both(o.versus(o.fixed("2025-04-01", "2025-06-30")), o.fixed("2025-07-01", "2025-09-30")),
        ("doanh thu giảm từ quý 2 sang quý 3 năm 2025",),
    ),
)

GROUPS = (*RELATIVE, *CALENDAR, *RANGES, *COMPARISONS, *OTHERS, *WINDOWS)
