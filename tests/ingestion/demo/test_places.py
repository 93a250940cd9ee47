"""The 63 old provinces, the 34 of today, and the distances between them."""

from __future__ import annotations

import numpy as np
import pytest

from ingestion.demo.locations import LOCATIONS, nearest_warehouse
from ingestion.demo.places import current_province, distance_km, old_provinces, provinces

# Resolution 202/2025/QH15: the eleven that stayed as they were, and who went together into the other 23.
UNCHANGED = {
    "Hà Nội", "Huế", "Lai Châu", "Điện Biên", "Sơn La", "Lạng Sơn", "Quảng Ninh", "Thanh Hóa", "Nghệ An", "Hà Tĩnh", "Cao Bằng",
}  # fmt: skip
MERGED = {
    "Tuyên Quang": {"Hà Giang", "Tuyên Quang"},
    "Lào Cai": {"Yên Bái", "Lào Cai"},
    "Thái Nguyên": {"Bắc Kạn", "Thái Nguyên"},
    "Phú Thọ": {"Vĩnh Phúc", "Hòa Bình", "Phú Thọ"},
    "Bắc Ninh": {"Bắc Giang", "Bắc Ninh"},
    "Hưng Yên": {"Thái Bình", "Hưng Yên"},
    "Hải Phòng": {"Hải Dương", "Hải Phòng"},
    "Ninh Bình": {"Hà Nam", "Nam Định", "Ninh Bình"},
    "Quảng Trị": {"Quảng Bình", "Quảng Trị"},
    "Đà Nẵng": {"Quảng Nam", "Đà Nẵng"},
    "Quảng Ngãi": {"Kon Tum", "Quảng Ngãi"},
    "Gia Lai": {"Bình Định", "Gia Lai"},
    "Khánh Hòa": {"Ninh Thuận", "Khánh Hòa"},
    "Lâm Đồng": {"Đắk Nông", "Bình Thuận", "Lâm Đồng"},
    "Đắk Lắk": {"Phú Yên", "Đắk Lắk"},
    "Hồ Chí Minh": {"Bà Rịa - Vũng Tàu", "Bình Dương", "Hồ Chí Minh"},
    "Đồng Nai": {"Bình Phước", "Đồng Nai"},
    "Tây Ninh": {"Long An", "Tây Ninh"},
    "Cần Thơ": {"Sóc Trăng", "Hậu Giang", "Cần Thơ"},
    "Vĩnh Long": {"Bến Tre", "Trà Vinh", "Vĩnh Long"},
    "Đồng Tháp": {"Tiền Giang", "Đồng Tháp"},
    "Cà Mau": {"Bạc Liêu", "Cà Mau"},
    "An Giang": {"Kiên Giang", "An Giang"},
}
# Merged provinces whose seat is not in the old province that gave the name.
SEATS_ELSEWHERE = {
    "Lào Cai": "Yên Bái", "Bắc Ninh": "Bắc Giang", "Quảng Trị": "Quảng Bình", "Gia Lai": "Bình Định",
    "Tây Ninh": "Long An", "Đồng Tháp": "Tiền Giang", "An Giang": "Kiên Giang",
}  # fmt: skip


def test_old_provinces_are_63_and_today_34() -> None:
    assert len({old.name for old in old_provinces()}) == len(old_provinces()) == 63
    assert {province.name for province in provinces()} == UNCHANGED | set(MERGED)
    assert len(provinces()) == 34


def test_old_provinces_went_where_the_resolution_put_them() -> None:
    for new, parts in MERGED.items():
        assert {old.name for old in old_provinces() if old.province == new} == parts
    alone = {old.province for old in old_provinces()} - set(MERGED)
    assert alone == UNCHANGED
    assert current_province("Thừa Thiên Huế") == "Huế"


def test_every_province_has_one_seat_and_some_are_elsewhere() -> None:
    seats = [(old.province, old.name) for old in old_provinces() if old.is_seat]
    assert sorted(province for province, _ in seats) == sorted(province.name for province in provinces())
    moved = {province: name for province, name in seats if province != name and name != "Thừa Thiên Huế"}
    assert moved == SEATS_ELSEWHERE


def test_unknown_province_is_named() -> None:
    with pytest.raises(KeyError, match="Atlantis"):
        current_province("Atlantis")


def test_places_lie_in_vietnam() -> None:
    assert all(8.3 < old.latitude < 23.5 and 102.0 < old.longitude < 109.6 for old in old_provinces())
    assert all(old.urban_districts[0] and old.rural_districts[0] for old in old_provinces())
    assert 90_000 < sum(old.population_thousands for old in old_provinces()) < 108_000


@pytest.mark.parametrize(
    ("start", "end", "kilometres"),
    [("Hà Nội", "Hồ Chí Minh", 1_140), ("Hà Nội", "Hải Phòng", 90), ("Đà Nẵng", "Huế", 80), ("Cần Thơ", "Cà Mau", 118)],
)
def test_distances_are_those_of_the_map(start: str, end: str, kilometres: float) -> None:
    places = {province.name: province for province in provinces()}
    a, b = places[start], places[end]
    found = distance_km(np.array(a.latitude), np.array(a.longitude), np.array(b.latitude), np.array(b.longitude))
    assert found == pytest.approx(kilometres, rel=0.06)


def test_customers_are_served_from_the_nearest_warehouse() -> None:
    served = {old.name: LOCATIONS[server].province for old, server in zip(old_provinces(), nearest_warehouse(), strict=True)}
    assert served["Bình Dương"] == served["Cà Mau"] == "Hồ Chí Minh"
    assert served["Nghệ An"] == served["Lào Cai"] == "Hà Nội"
    assert served["Quảng Ngãi"] == served["Thừa Thiên Huế"] == "Đà Nẵng"
