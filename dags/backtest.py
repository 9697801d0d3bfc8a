"""
### backtest: 過去の再現
手で動かします (画面の Trigger)。`as_of` の日に知られていた事実だけで状態とリストを作り直し、その後どうなったか、
休眠のしきい値の提案、方針 A (今のルール) と B (`rules` のフォルダ) の差を `report/backtest/<as_of>/summary.md` に書きます。
倉庫・リスト・BIの断面には何も書きません。

**赤いとき**: メッセージの日付・フォルダ・ルール表の行を直して、もう一度 Trigger してください。途中の作業場は次の実行で作り直されます。
"""

from airflow.sdk import Param, dag, get_current_context, task

from include import backtest as replays
from include import orchestration, settings


def plan() -> replays.Plan:
    return replays.asked(settings.load(), get_current_context()["params"])


@dag(
    schedule=None,
    **orchestration.dag_arguments(
        __doc__,
        ["backtest"],
        rules=Param(None, type=["null", "string"], description="方針 B の rule_*.csv のフォルダ。空なら A だけ"),
        since=Param(None, type=["null", "string"], format="date", description="比べる前の日。空なら as_of の前日"),
    ),
)
def backtest():
    @task
    @orchestration.gated
    def prepare() -> list[str]:
        """ルール表を検査し、事実を作業場に写します。赤いとき: メッセージのフォルダか CSV の行を直してください。"""
        replays.prepare(plan())
        return [one.name for one in plan().replays]

    @task(map_index_template="{{ task.op_kwargs['name'] }}", doc_md="一つの日と方針を作り直します。赤いとき: 検査の行を見てください。")
    @orchestration.gated
    def replay(name: str) -> None:
        replays.replay(next(one for one in plan().replays if one.name == name))

    @task
    @orchestration.gated
    def conclude() -> str:
        """その後の結果と差をまとめて書きます。赤いとき: 断面の有無と空き容量を確かめて、最初から再実行してください。"""
        return str(replays.conclude(plan()))

    replay.expand(name=prepare()) >> conclude()


backtest()
