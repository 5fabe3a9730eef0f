"""What a shell offers after what was typed: files, rules, lists of rules."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from trainstate.rules.index import rules

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem


def files(_ctx: click.Context, _param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """The shell's own completion of files and folders."""
    from click.shell_completion import CompletionItem

    return [CompletionItem(incomplete, type="file")]


def rule_names(_ctx: click.Context, _param: click.Parameter, incomplete: str) -> list[str]:
    """The names and codes of rules that begin with what was typed, in any case."""
    typed = incomplete.casefold()
    names = [*(rule.name for rule in rules()), *(rule.code for rule in rules())]
    return [name for name in names if name.casefold().startswith(typed)]


def rule_lists(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[str]:
    """The same for the last of several rules, with commas between them."""
    before, comma, typed = incomplete.rpartition(",")
    return [f"{before}{comma}{name}" for name in rule_names(ctx, param, typed)]
