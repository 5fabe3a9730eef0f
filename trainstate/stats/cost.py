"""What jobs cost at the user's prices: a CSV, or AWS's price list. None is shipped."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING

from attrs import define, field

if TYPE_CHECKING:
    from trainstate.stats.measure import JobMeasure
import csv
import json
import re
from collections.abc import Iterable, Mapping
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


@define
class Cost:
    """Sums over priced jobs: trained, billed, saved, lost and retained, times instances.

    A spot job is priced by its billable seconds, which already include the savings. ``unpriced``
    counts jobs by type and region without a price.
    """

    prices: Prices
    sums: dict[str, float] = field(factory=dict)
    priced: int = 0
    unpriced: Counter[tuple[str, str]] = field(factory=Counter)

    def take(self, job: JobMeasure) -> None:
        """Adds a job."""
        found = costs(job, self.prices)
        if found is None:
            self.unpriced[job.instance_type, job.region] += 1
            return
        self.priced += 1
        for name, amount in found.items():
            self.sums[name] = self.sums.get(name, 0.0) + amount


def costs(job: JobMeasure, prices: Prices) -> dict[str, float] | None:
    """A job's costs by item; None if its instances have no price."""
    price = prices.per_second(job.instance_type, job.region)
    if price is None:
        return None
    return {name: seconds * job.instances * price for name, seconds in _seconds(job)}


def _seconds(job: JobMeasure) -> Iterator[tuple[str, float]]:
    yield "trained", job.training or 0.0
    yield "billed", job.billable or 0.0
    saved = 0.0 if job.training is None or job.billable is None else job.training - job.billable
    yield "saved", max(saved, 0.0)
    yield "lost", job.lost or 0.0
    yield "retained", job.retained or 0.0
