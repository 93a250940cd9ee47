"""The language of a text by its letters and smallest words; sentences nobody here wrote the detector from."""

from __future__ import annotations

import pytest

from knowledge.language import detect

EN = [
    "Please find attached our updated quotation, which is valid until the end of the month.",
    "Returns are accepted within fourteen days if the packaging has not been opened.",
    "Q3 revenue grew by 12 % while returns fell; the board approved the new price list.",
    "All employees must wear safety shoes in the loading area at all times.",
]
VI = [
    "Vui lòng kiểm tra số lượng hàng trước khi ký biên bản giao nhận.",
    "Khách hàng được đổi trả trong vòng mười bốn ngày nếu bao bì còn nguyên vẹn.",
    "Doanh thu quý ba tăng mười hai phần trăm so với cùng kỳ năm trước.",
    "Khach hang duoc doi tra trong vong muoi bon ngay neu san pham bi loi va hoa don con day du.",
    "Nhân viên kho phải đếm lại hàng và báo cáo chênh lệch cho quản lý.",
]
OTHER = [
    "Die Lieferung ist nicht vollständig und wird von dem Kunden nicht angenommen.",
    "Les marchandises sont livrées dans un délai de dix jours et payées par virement.",
    "El pedido se entrega en el almacén del cliente con la factura y los documentos.",
    "商品は倉庫に届きましたが、数量が足りません。",
    "Товар поступил на склад, но количество не совпадает с накладной.",
    "สินค้ามาถึงคลังแล้วแต่จำนวนไม่ครบ",
    "Barang sudah diterima di gudang dan tidak sesuai dengan pesanan yang ada.",
]


@pytest.mark.parametrize(("texts", "language"), [(EN, "en"), (VI, "vi"), (OTHER, "other")])
def test_each_language_is_known(texts: list[str], language: str) -> None:
    for text in texts:
        assert detect(text) == language, text


@pytest.mark.parametrize("text", ["", "12 345", "SKU-1 | 12.5 | 3", "Arabica 1 kg", "PO-2025-0001"])
def test_labels_and_numbers_count_as_english(text: str) -> None:
    assert detect(text) == "en"
