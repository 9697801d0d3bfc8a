"""The table of limits in docs/quality.md, written from rule_quality: `python -m include.quality.explain`."""

from __future__ import annotations

import re
from pathlib import Path

from include import rules, settings
from include.files import write_atomically

PAGE = settings.REPO / "dbt_project" / "docs" / "quality.md"
START, END = "<!-- rule_quality: start -->", "<!-- rule_quality: end -->"


def table(rows: list[dict[str, str]]) -> str:
    """Markdown of the rule rows, in the order of the file."""
    head = ["rule_key", "from so many deliveries", "allowed", "unit", "valid", "owner", "basis"]
    lines = [head, ["---"] * len(head)]
    for row in rows:
        valid = f"{row['valid_from']}–{row['valid_to']}"
        lines.append([f"`{row['rule_key']}`", row["min_deliveries"], row["allowed"], row["unit"], valid, row["owner"], row["basis"]])
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def page(text: str, rows: list[dict[str, str]]) -> str:
    """The page with its table replaced by the one of these rows."""
    between = re.compile(f"{re.escape(START)}.*?{re.escape(END)}", re.DOTALL)
    return between.sub(lambda _: f"{START}\n{table(rows)}\n{END}", text, count=1)


def write(path: Path = PAGE) -> None:
    """Bring the table of the page up to date."""
    rows = rules.read_rows(rules.shipped_dir(settings.load()) / "rule_quality.csv")
    write_atomically(path, page(path.read_text(encoding="utf-8"), rows).encode())


if __name__ == "__main__":
    write()
