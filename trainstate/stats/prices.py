"""The user's prices of instances: a CSV, or AWS's price list. None is shipped."""

import csv
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from attrs import frozen

from trainstate.errors import InputError

_TRAINING = re.compile(r"(?:^|-)Train:(ml\.[\w.-]+)$", re.ASCII)
_EXPECTED = "expected a CSV with the columns instance_type, price and currency, or AWS's price list"


@frozen(kw_only=True)
class Prices:
    """Hourly prices of instances by type and region; an empty region covers all."""

    currency: str
    hourly: Mapping[tuple[str, str], float]

    def per_second(self, instance_type: str, region: str) -> float | None:
        """The price of a second; None if there is none."""
        price = self.hourly.get((instance_type, region), self.hourly.get((instance_type, "")))
        return None if price is None else price / 3600


def read_prices(path: str) -> Prices:
    """The prices in a file; raises InputError if it has none, or several currencies."""
    try:
        text = Path(path).read_text(encoding="utf-8-sig")
        json_like = text.lstrip()[:1] in ("{", "[")
        rows = list(_of_json(json.loads(text)) if json_like else _of_csv(text))
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or error
        raise InputError(f"{path}: cannot be read: {reason}.") from None
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise InputError(f"{path}: is not a price table; {_EXPECTED}.") from None
    currencies = sorted({currency for _, currency in rows})
    if len(currencies) != 1:
        what = f"has the currencies {', '.join(currencies)}" if currencies else "has no price"
        raise InputError(f"{path}: {what} of training instances; {_EXPECTED}.")
    return Prices(currency=currencies[0], hourly=dict(key for key, _ in rows))


Row = tuple[tuple[tuple[str, str], float], str]


def _of_csv(text: str) -> Iterator[Row]:
    for row in csv.DictReader(text.splitlines(), skipinitialspace=True):
        region = (row.get("region") or "").strip()
        yield ((row["instance_type"].strip(), region), float(row["price"])), row["currency"].strip()


def _of_json(value: Any) -> Iterator[Row]:
    """Hourly on-demand prices of training, from an offer file or GetProducts' answers."""
    for product, terms in _products(value):
        attributes = product["attributes"]
        found = _TRAINING.search(attributes.get("usagetype", ""))
        if found is None:
            continue
        for term in terms.values():
            for dimension in term["priceDimensions"].values():
                if str(dimension.get("unit", "")).casefold() in ("hrs", "hours", "hour"):
                    ((currency, price),) = dimension["pricePerUnit"].items()
                    yield ((found[1], attributes.get("regionCode", "")), float(price)), currency


def _products(value: Any) -> Iterable[tuple[Any, Any]]:
    if isinstance(value, Mapping) and "products" in value:
        terms = value["terms"]["OnDemand"]
        return [(one, terms.get(sku, {})) for sku, one in value["products"].items()]
    listed = value["PriceList"] if isinstance(value, Mapping) else value
    whole = [json.loads(one) if isinstance(one, str) else one for one in listed]
    return [(one["product"], one["terms"].get("OnDemand", {})) for one in whole]
