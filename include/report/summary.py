"""The last words of a run: how many, on which list, and where to look."""

from __future__ import annotations

from include.report.figures import SNAPSHOT, read
from include.report.page import CHANNELS
from include.settings import Settings


def summary(settings: Settings) -> str:
    """Plain Japanese lines for the terminal, from the current snapshot."""
    figures = read(settings)
    listed = [
        f"    {CHANNELS.get(item['channel'], item['channel'])}: {item['row_count']:,} 件  "
        f"{settings.outbox / item['channel'] / str(figures.as_of) / item['list_id']}"
        for item in figures.lists
    ]
    return "\n".join([
        "",
        f"基準日 {figures.as_of}",
        f"  顧客        {figures.step('universe'):,} 人",
        f"  休眠        {figures.step('dormant'):,} 人",
        f"  今日の対象  {figures.step('allocated'):,} 人",
        f"  対照群      {figures.step('holdout'):,} 人 (休眠のうち、効果を測るために連絡しない人)",
        "  リスト",
        *listed,
        f"  KPI の断面  {settings.serving / SNAPSHOT}",
        f"  レポート    {settings.report / 'index.html'}",
        f"  検査の記録  {settings.data_docs / 'index.html'}",
        "  Airflow の画面は make up で開きます。",
    ])  # fmt: skip
