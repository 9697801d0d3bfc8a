"""
### ingest: 取込
毎朝6時 (日本時間)、または画面の Trigger で動きます。`landing/` のファイルを契約 (`include/contracts/`) と照合し、倉庫の `raw` に入れます。

**赤いとき**: 赤い `load` の番号を開き、ログの最後の段落を読んでください。ファイル・行・列・契約の規則と直し方が書いてあります。
直したファイルを `landing/<取込元>/` に置き、この DAG をもう一度 Trigger してください。良いファイルは二重に入りません。
必須の取込元が赤い間は、リストもBIも前回のまま止まります。

**行だけ除外されたとき** (赤くはなりません): `rejected/<取込元>/<日付>.csv` に理由があり、隣の「…_直す行.csv」を Excel で直して
`landing/<取込元>/` に置けば、その行だけが取り込まれます。届かなくなった取込元は `announce` のログに警告として出ます。
"""

from airflow.sdk import Param, dag, get_current_context, task

from include import orchestration, settings, stages

raw, _ = orchestration.assets()
ONLY = Param(None, type=["null", "string"], description="一つの取込元だけ取り込む")
LOAD_DOC = "一つの取込元を検査して取り込みます。赤いとき: ログの最後に、直すファイル・行・列と直し方があります。"


@dag(schedule="0 6 * * *", **orchestration.dag_arguments(__doc__, ["ingest"], source=ONLY))
def ingest():
    @task
    @orchestration.gated
    def scan() -> list[str]:
        """届いたファイルのある取込元を調べます。赤いとき: 契約 YAML の誤りです。メッセージの行を直してください。"""
        context = get_current_context()
        found = stages.scan(settings.load(), orchestration.ingest_date(context), context["run_id"])
        return [name for name in found if context["params"].get("source") in (None, name)]

    @task(map_index_template="{{ task.op_kwargs['source'] }}", doc_md=LOAD_DOC)
    @orchestration.gated
    def load(source: str) -> int:
        context = get_current_context()
        return stages.load(settings.load(), source, orchestration.ingest_date(context), context["run_id"])

    @task(outlets=[raw], trigger_rule="all_done")
    @orchestration.gated
    def announce() -> None:
        """取込の終わりを build に知らせます。赤いとき: 必須の取込元が赤です。その `load` を見てください。"""
        context = get_current_context()
        stages.check_fresh(settings.load(), orchestration.ingest_date(context), context["run_id"])
        stages.check_required(settings.load(), context["run_id"])
        orchestration.announce(context, raw, orchestration.ingest_date(context))

    @task(trigger_rule="all_done")
    @orchestration.gated
    def verdict() -> None:
        """任意の取込元も含め、赤が一つもないことを確かめます。赤いとき: 赤い `load` を見てください。"""
        stages.check_all_green(settings.load(), get_current_context()["run_id"])

    load.expand(source=scan()) >> announce() >> verdict()


ingest()
