"""Vietnamese as people write it: without marks, short, with the small words that turn a question round."""

from __future__ import annotations

import pytest

from agents.language.marks import may_stand_for
from agents.language.parse import language_of
from agents.phrases.book import open_book
from tests.agents.language.planner_stage import Call, Planner, where

COFFEE = where("subcategory", "Coffee")
OCTOBER = {"period": {"kind": "calendar", "year": 2026, "month": 10}}
LAST_MONTH = {"period": {"kind": "named", "name": "last_month"}}
THIS_MONTH = {"period": {"kind": "named", "name": "this_month"}}

ASKED: list[tuple[str, Call]] = [
    # the worst is not the best: "nhất" only strengthens the word before it
    ("mặt hàng nào ế nhất tháng trước", ("ranking", {"by": "product", "lowest": True, "n": 1, **LAST_MONTH})),
    ("3 kênh ít đơn nhất tháng này", ("ranking", {"metric": "orders", "by": "channel", "lowest": True, "n": 3, **THIS_MONTH})),
    ("tỉnh nào thu về thấp nhất", ("ranking", {"metric": "revenue", "by": "province", "lowest": True, "n": 1})),
    ("danh mục nào lẹt đẹt nhất về lợi nhuận", ("ranking", {"metric": "margin", "by": "category", "lowest": True, "n": 1})),
    # a place in the order is no day of the week
    ("kênh nào xếp thứ hai về doanh thu", ("ranking", {"metric": "revenue", "by": "channel", "n": 2, "nth": True})),
    ("khách nào đứng thứ 3 về số đơn", ("ranking", {"metric": "orders", "by": "customer", "n": 3, "nth": True})),
    ("tỉnh nào lợi nhuận cao thứ nhì tháng trước", ("ranking", {"metric": "margin", "by": "province", "n": 2, "nth": True, **LAST_MONTH})),
    ("doanh thu các chủ nhật tháng trước", ("metric_value", {"metrics": ["revenue"], **where("weekday", 7), **LAST_MONTH})),
    # most money and most goods
    ("ai tiêu nhiều tiền nhất tháng trước", ("ranking", {"metric": "revenue", "by": "customer", "n": 1, **LAST_MONTH})),
    ("tỉnh nào mua nhiều tiền nhất", ("ranking", {"metric": "revenue", "by": "province", "n": 1})),
    ("kho nào đang chứa nhiều hàng nhất", ("ranking", {"metric": "stock_on_hand", "by": "location", "n": 1})),
    ("khách nào đặt nhiều hàng nhất", ("ranking", {"metric": "units", "by": "customer", "n": 1})),
    ("hạng thành viên nào chi mạnh nhất", ("ranking", {"metric": "revenue", "by": "tier", "n": 1})),
    # what a thing is worth
    ("hàng bị trả tháng trước trị giá bao nhiêu", ("metric_value", {"metrics": ["refunds"], **LAST_MONTH})),
    ("tồn kho quy ra tiền là bao nhiêu", ("metric_value", {"metrics": ["stock_value"]})),
    ("hao hut tri gia bao nhieu", ("metric_value", {"metrics": ["shrinkage_value"]})),
    ("tiền đang kẹt trong kho là mấy", ("metric_value", {"metrics": ["stock_value"]})),
    # a thing that is asked which of belongs to no longer phrase
    ("thất thoát kho nào cao nhất", ("ranking", {"metric": "shrinkage_units", "by": "location", "n": 1})),
    ("những khách nào gộp lại chiếm 60% doanh thu", ("pareto", {"metric": "revenue", "by": "customer", "share": 0.6})),
    # more than, among names and among periods
    ("app hay web đơn nhiều hơn tháng này", ("compare_groups", {"metric": "orders", **THIS_MONTH})),
    ("tháng 10 doanh thu hơn tháng 9 bao nhiêu", ("metric_value", {"metrics": ["revenue"], **OCTOBER})),
    # why, in the words of a shop
    ("tháng trước sao doanh thu tụt", ("metric_value", {"metrics": ["revenue"], **LAST_MONTH, "compare": {"to": "previous"}})),
    ("danh mục nào kéo lợi nhuận tháng trước đi xuống", ("contribution", {"metric": "margin", "by": "category", **LAST_MONTH})),
    # the end of a month
    (
        "số đơn cuối tháng 9",
        ("metric_value", {"metrics": ["orders"], "period": {"kind": "between", "start": "2026-09-21", "end": "2026-09-30"}}),
    ),
    ("giá trị tồn kho cuối tháng 9", ("metric_value", {"period": {"kind": "as_of", "day": "2026-09-30"}})),
    # a town beside stock is where it is kept
    (
        "số lượng tồn ở Đà Nẵng",
        (
            "metric_value",
            {"metrics": ["stock_on_hand"], **where("location_province", "Đà Nẵng")},
        ),
    ),
    # short words, no marks, two languages
    ("dt t10 của cafe bn z", ("metric_value", {"metrics": ["revenue"], **COFFEE, **OCTOBER})),
    ("phi ship thang truoc", ("metric_value", {"metrics": ["shipping_cost"], **LAST_MONTH})),
    ("khach nao mua tra ma chua tung mua ca phe", ("did_but_never", {"entity": "customer"})),
    ("top 5 customers theo số đơn tháng trước", ("ranking", {"metric": "orders", "by": "customer", "n": 5, **LAST_MONTH})),
    ("tỉ lệ huỷ đơn tháng trước", ("metric_value", {"metrics": ["cancellation_rate"], **LAST_MONTH})),
    # what a message without a verb of asking wants of models
    ("trong tay có 90 triệu, nên nhập gì đây", ("budget_buying", {"budget": 90_000_000.0})),
    ("nên mua P0010 từ nhà cung cấp nào", ("supplier_options", {"product": "P0010"})),
    ("mặt hàng nào sẽ hết hàng trong 10 ngày tới", ("stockout_risk", {"horizon_days": 10})),
    ("bao giờ thì cà phê hết", ("stockout_risk", COFFEE)),
    ("hàng nào đang dư thừa", ("overstock", {})),
    ("nếu giá nhập giảm 5% thì sao", ("what_if_inventory", {"change": {"cost_factor": 0.95}})),
    ("các chính sách đặt hàng khác thì 90 ngày qua kết quả thế nào", ("policy_replay", {"days": 90})),
    ("dự báo có sát không", ("forecast_accuracy", {})),
    ("khách hay chê cà phê chuyện gì", ("review_themes", COFFEE)),
    # who delivers, who is paid: carriers and suppliers by what they do
    ("bên nào ship lâu nhất", ("ranking", {"metric": "delivery_days", "by": "carrier", "n": 1})),
    ("ai làm bể hàng nhiều nhất", ("ranking", {"metric": "damaged_shipments", "by": "carrier", "n": 1})),
    ("mình trả cho Giao Nhanh Việt bao nhiêu tháng trước", ("metric_value", {"metrics": ["shipping_cost"], **LAST_MONTH})),
    ("ba nhà cung cấp mình mua nhiều nhất", ("ranking", {"metric": "purchase_spend", "by": "supplier", "n": 3})),
    # the shop beside the app is a channel; online is one too
    ("khách nào mua cả cửa hàng lẫn app", ("overlap", {"entity": "customer", "keep": "both"})),
    ("cửa hàng so với web tháng trước doanh thu ra sao", ("compare_groups", {"metric": "revenue", **LAST_MONTH})),
    ("doanh thu online tháng trước được nhiêu", ("metric_value", {"metrics": ["revenue"], **where("channel", "web"), **LAST_MONTH})),
    ("khách nào chỉ mua online", ("did_but_never", {"entity": "customer"})),
    ("khách nào chỉ xài app", ("did_but_never", {"entity": "customer"})),
    ("khách nào mua qua app", ("breakdown", {"metrics": ["orders"], "by": ["customer"], **where("channel", "app")})),
    # a plural is no count, an order counted twice is counted once
    ("mấy mặt hàng bán ế tháng trước", ("ranking", {"by": "product", "lowest": True, **LAST_MONTH})),
    ("Giao Nhanh Việt giao trễ mấy đơn tháng trước", ("metric_value", {"metrics": ["late_deliveries"], **LAST_MONTH})),
    ("số lượng hàng bị hỏng khi giao tháng trước", ("metric_value", {"metrics": ["damaged_shipments"], **LAST_MONTH})),
    # one of two months that are named is no cut
    ("tháng 9 với tháng 10 tháng nào lời hơn", ("metric_value", {"metrics": ["margin"]})),
    # goods of a kind are no cut either, how they came in is no figure
    ("lợi nhuận hàng cà phê tháng trước", ("metric_value", {"metrics": ["margin"], **COFFEE, **LAST_MONTH})),
    ("doanh thu của hàng Trung Quốc nhập về", ("metric_value", {"metrics": ["revenue"], **where("supplier_country", "China")})),
    # bills are orders, and what draws them in changes nothing
    ("hóa đơn lớn nhất tháng trước của ai", ("ranking", {"metric": "revenue", "by": "order", "n": 1, **LAST_MONTH})),
    ("hôm nay ra mấy bill rồi em", ("metric_value", {"metrics": ["orders"]})),
    ("đợt khuyến mãi nào kéo đơn nhiều nhất", ("ranking", {"metric": "orders", "by": "promotion", "n": 1})),
    # money that lies in goods
    ("kho nào ôm nhiều vốn nhất", ("ranking", {"metric": "stock_value", "by": "location", "n": 1})),
    ("kho Bình Tân còn bao nhiêu tiền hàng", ("metric_value", {"metrics": ["stock_value"], **where("location", "L1")})),
    ("món nào tồn nhiều mà bán chậm", ("overstock", {})),
    # words that others stand for without marks
    ("tinh nao mua nhieu nhat", ("ranking", {"metric": "orders", "by": "province", "n": 1})),
    ("tu dau nam minh nhap hang het bao nhieu tien roi", ("metric_value", {"metrics": ["purchase_spend"], "compare": None})),
    ("doanh thu luy ke tu dau nam", ("running_total", {"metric": "revenue"})),
    ("doanh thu theo nganh hang thang truoc", ("breakdown", {"metrics": ["revenue"], "by": ["category"], **LAST_MONTH})),
    ("moi tinh mon nao ban chay nhat", ("ranking_within_groups", {"by": "product", "within": "province"})),
    ("mon nao sap het hang trong kho long bien", ("stockout_risk", {"location": "L2"})),
    # what is written in a record is not forecast
    ("PO0000002 dự kiến bao giờ hàng về", ("look_up", {"of": "purchase_order"})),
    ("Công ty CP Sữa Đồng Nội giao trong mấy ngày theo hợp đồng", ("look_up", {"of": "supplier"})),
    ("tháng trước có sản phẩm nào mới lọt top 20 không", ("rank_change", {"by": "product", "n": 20, "only": "entered"})),
    ("số sản phẩm theo danh mục", ("breakdown", {"metrics": ["product_count"], "by": ["category"]})),
]


@pytest.mark.parametrize(("question", "call"), ASKED)
def test_a_vietnamese_question_is_read_as_it_is_meant(planner: Planner, question: str, call: Call) -> None:
    plan = planner.plan(question)
    assert plan.outcome == "answer", plan.reply
    first = next(iter(plan.calls()))
    told = {name: first.arguments.get(name) for name in call[1]}
    assert (first.tool, told) == call


NOT_READ = [
    ("ai mua máy in nhưng không mua mực", "máy"),  # "máy" is no "mấy", "mực" no "mức": goods nobody has are not passed over
    ("doanh thu của hàng siêu rẻ", "siêu"),
    ("khách nào chán nhất", "chán"),
    ("chi phí vận chuyển mỗi đơn trung bình", "mỗi đơn"),  # a ratio nobody defined
    ("hết hàng làm mình mất bao nhiêu tiền tháng trước", "tiền"),  # how often shelves were empty is no money
    ("món nào xem nhiều mà ít người mua", "ít"),  # one figure against another
    ("20% khách đứng đầu mang về bao nhiêu phần trăm doanh thu", "20%"),
]


@pytest.mark.parametrize(("question", "word"), NOT_READ)
def test_a_word_with_marks_that_nobody_knows_is_not_read_as_another(planner: Planner, question: str, word: str) -> None:
    plan = planner.plan(question)
    assert plan.outcome in ("decline", "clarify")


@pytest.mark.parametrize(
    ("written", "meant", "may"),
    [
        ("trươc", "trước", True),
        ("truoc", "trước", True),
        ("sãn", "sản", True),
        ("dơn", "đơn", True),
        ("mực", "mức", False),
        ("chê", "chè", False),
        ("đơn", "dơn", False),
        ("trước", "truoc", False),
        ("gía", "giá", True),
    ],
)
def test_a_word_may_lack_marks_and_have_no_others(written: str, meant: str, may: bool) -> None:
    assert may_stand_for(written, meant) is may


@pytest.mark.parametrize("question", ["doanh thu 5/9 - 10/9", "doanh thu q3 so voi q2", "email khách vàng", "ton kho ca phe"])
def test_short_messages_are_vietnamese_too(planner: Planner, question: str) -> None:
    words = planner.brain.vocabulary()
    assert language_of(question, words.lexicon, words.values) == "vi"


SAID = [
    ("em làm được những gì", "talk"),
    ("cảm ơn em nhé, hay quá", "talk"),
    ("giá vàng bữa nay", "decline"),
    ("đá bóng tối qua ai thắng", "decline"),
    ("xóa đơn này giúp anh", "refuse"),
    ("cho anh sđt khách vàng", "refuse"),
    ("lương nhân viên kho bao nhiêu", "decline"),
]


@pytest.mark.parametrize(("message", "outcome"), SAID)
def test_what_is_no_question_for_the_data(planner: Planner, message: str, outcome: str) -> None:
    plan = planner.plan(message)
    assert (plan.outcome, plan.language) == (outcome, "vi")


REASONS = [
    (
        "delivery_days by manufacturer: one orders row can have several products. It can be cut by month",
        "không chia hay lọc được thời gian giao hàng theo nhà sản xuất",
    ),
    ("province 'Hà Nôi': there is no such value in the data. Nearest: Hà Nội", "dữ liệu không có tỉnh “Hà Nôi”; gần nhất là Hà Nội"),
    ("something nobody put into Vietnamese", "dữ liệu không có"),
]


@pytest.mark.parametrize(("why", "told"), REASONS)
def test_why_nothing_was_found_is_told_in_vietnamese(why: str, told: str) -> None:
    assert open_book("vi").reason(why, "dữ liệu không có") == told
    assert open_book("en").reason(why, "the data do not hold it") == why
