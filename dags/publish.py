"""
### publish: 配信
`build` が終わると動きます。リストを検査し、`outbox/` に書き、読み返し、BIの断面と報告書を入れ替えます。

**赤いとき**: `gate` なら、メッセージのリスト・規則・件数を見てください。何も書かれていません。前回のリストはそのままです。
`write` や `serve` なら、ディスクの空きと権限を確かめて再実行してください。途中までの書き込みは残りません。
"""

from airflow.sdk import dag, get_current_context, task

from include import orchestration, settings, stages

_, lists = orchestration.assets()


@dag(schedule=[lists], **orchestration.dag_arguments(__doc__, ["publish"]))
def publish():
    def over_dates(stage) -> None:
        context = get_current_context()
        for as_of in stages.unpublished(settings.load(), orchestration.event_dates(context)):
            stage(settings.load(), as_of, context["run_id"])

    @task
    @orchestration.gated
    def gate() -> None:
        """リストの全行が送ってよいものかを検査します。赤いとき: 何も書きません。規則と list_row_id を見てください。"""
        over_dates(stages.gate_lists)

    @task
    @orchestration.gated
    def write() -> None:
        """リストを書き、名前を付け替え、読み返します。赤いとき: 空き容量と権限を確かめて再実行してください。"""
        over_dates(stages.write_lists)

    @task
    @orchestration.gated
    def serve() -> None:
        """BIの断面と報告書を入れ替えます。赤いとき: 前の断面がそのまま読めます。再実行してください。"""
        over_dates(stages.serve)

    gate() >> write() >> serve()


publish()
