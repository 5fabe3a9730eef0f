"""The index of rules, discovered in the folder: adding one edits no other file."""

import importlib
import pkgutil
from collections import Counter
from collections.abc import Iterable
from difflib import get_close_matches
from functools import cache, lru_cache

import trainstate.rules as folder
from trainstate.errors import SpecError, UnknownNameError
from trainstate.rules.model import Rule


@cache
def rules() -> tuple[Rule, ...]:
    """Every rule, by code. Raises SpecError if two share a code or a name."""
    found: list[Rule] = []
    for module in pkgutil.iter_modules(folder.__path__):
        if module.name.startswith("ts"):
            loaded = importlib.import_module(f"{folder.__name__}.{module.name}")
            found += [value for value in vars(loaded).values() if isinstance(value, Rule)]
    found.sort(key=lambda rule: rule.code)
    refuse_twins(found)
    return tuple(found)


def refuse_twins(found: Iterable[Rule]) -> None:
    """Raises SpecError if two rules share a code or a name."""
    for key in ("code", "name"):
        counted = Counter(getattr(rule, key) for rule in found)
        twice = next((value for value, times in counted.items() if times > 1), None)
        if twice is not None:
            raise SpecError(f"Two rules have the {key} {twice!r}; a {key} belongs to one rule.")


def find_rule(wanted: str) -> Rule:
    """The rule with this code or name, in any case; raises UnknownNameError."""
    key = wanted.strip().casefold()
    for rule in rules():
        if key in (rule.code.casefold(), rule.name):
            return rule
    names = {name.casefold(): name for rule in rules() for name in (rule.name, rule.code)}
    close = get_close_matches(key, names, n=1)
    hint = (
        f"; did you mean {names[close[0]]!r}?" if close else "; `trainstate rule` lists the rules."
    )
    raise UnknownNameError(f"Expected a rule's code or name but got {wanted!r}{hint}")


def select_rules(*, select: Iterable[str] = (), ignore: Iterable[str] = ()) -> tuple[Rule, ...]:
    """The rules that selectors leave: codes, prefixes of codes, or names.

    Rules that run only on request need a selector that names them. If two selectors fit a
    rule, the longer decides: ``ignore=["TS3"]`` with ``select=["TS301"]`` keeps one. Raises
    UnknownNameError for a selector that fits no rule.
    """
    return _selected(tuple(select), tuple(ignore))


@lru_cache(maxsize=64)
def _selected(chosen: tuple[str, ...], dropped: tuple[str, ...]) -> tuple[Rule, ...]:
    # Selecting among all rules would be an eighth of a check of one response.
    for selector in (*chosen, *dropped):
        if not any(fits(rule, selector) for rule in rules()):
            find_rule(selector)
    return tuple(rule for rule in rules() if _kept(rule, chosen, dropped))


def _kept(rule: Rule, chosen: tuple[str, ...], dropped: tuple[str, ...]) -> bool:
    asked = max((fits(rule, selector) for selector in chosen), default=0)
    if chosen and not asked:
        return False
    if rule.on_request and asked < len(rule.code):
        return False
    refused = max((fits(rule, selector) for selector in dropped), default=0)
    return not refused or asked > refused


def fits(rule: Rule, selector: str) -> int:
    """How well a selector fits a rule: 0 not at all, more for a longer code prefix."""
    key = selector.strip().casefold()
    if key in (rule.name, rule.code.casefold()):
        return len(rule.code)
    return len(key) if key and rule.code.casefold().startswith(key) and len(key) >= 2 else 0
