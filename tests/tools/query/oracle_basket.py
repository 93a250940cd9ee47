"""`basket` in pandas: which products share an order, counted with a matrix."""

from __future__ import annotations

import numpy as np
import pandas as pd

from tests.tools.query.checks import Check
from tests.tools.query.pandas_company import Company, within
from tools.query.contract import Named
from tools.query.operators.basket import Basket

THIS_MONTH = Named(name="mtd")


def checks(c: Company) -> list[Check]:
    """By each measure, from the side of one item, of a coarser level."""
    item = str(c.sold["product_id"].value_counts().index[3])
    pairs = Basket(period=THIS_MONTH, n=12, at_least=3)
    has_groups = c["products"]["category"].notna().any()
    return [
        Check("most frequent", pairs, lambda: _pairs(c, "product_id", 3, 12, "both_orders"), ("position",)),
        Check(
            "most surprising",
            pairs.model_copy(update={"order": "lift", "at_least": 6}),
            lambda: _pairs(c, "product_id", 6, 12, "lift"),
            ("position",),
        ),
        Check(
            "with one item",
            Basket(item=item, period=THIS_MONTH, order="confidence", n=9),
            lambda: _pairs(c, "product_id", 2, 9, "confidence", item),
            ("position",),
        ),
        Check(
            "of categories",
            Basket(of="category", period=THIS_MONTH, at_least=1, n=1000),
            lambda: _pairs(c, "category", 1, 1000, "both_orders"),
            ("position",),
            refused="" if has_groups else "products.category holds no values",
        ),
    ]


def _pairs(c: Company, key: str, at_least: int, n: int, measure: str, item: str | None = None) -> pd.DataFrame:
    rows = within(c.sold, (c.today.replace(day=1), c.today))
    everything = rows["order_id"].nunique()
    rows = rows.dropna(subset=[key])
    (baskets, _), (items, names) = pd.factorize(rows["order_id"]), pd.factorize(rows[key], sort=True)
    holds = np.zeros((baskets.max() + 1, len(names)), dtype="float32")
    holds[baskets, items] = 1
    together, alone = (holds.T @ holds).astype(int), holds.sum(axis=0).astype(int)
    left, right = np.nonzero(together >= at_least)
    kept = left != right if item is not None else left < right
    frame = pd.DataFrame({"left": left[kept], "right": right[kept]})
    both, a, b = together[frame["left"], frame["right"]], alone[frame["left"]], alone[frame["right"]]
    frame = frame.assign(item=names[frame["left"]], other=names[frame["right"]], both_orders=both, item_orders=a, other_orders=b)
    frame = frame.assign(support=both / everything, confidence=both / a, lift=both * float(everything) / (a.astype(float) * b))
    frame = frame[frame["item"] == item] if item is not None else frame
    frame["position"] = frame[measure].rank(method="min", ascending=False)
    frame = frame[frame["position"] <= n].drop(columns=["left", "right"])
    return _with_names(c, frame) if key == "product_id" else frame


def _with_names(c: Company, frame: pd.DataFrame) -> pd.DataFrame:
    names = c["products"].set_index("product_id")["name"]
    return frame.assign(item_name=frame["item"].map(names), other_name=frame["other"].map(names))
