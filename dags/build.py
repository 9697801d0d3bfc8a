"""
### build: 構築
`ingest` が終わると動きます。誰が休眠か、なぜか、誰に何で連絡してよいかを dbt で層ごとに作り、検査します。

**赤いとき**: 赤いタスクのログに、モデル名・検査の意味・該当行のキーが出ます。データの誤りなら取込元を直して `ingest` を、
ルールの誤りなら `seeds/rules/` を直してこの DAG を再実行してください。リストとBIは前回のままです。
"""

from datetime import date

from airflow.sdk import dag, get_current_context, task

from include import orchestration, settings, stages

raw, lists = orchestration.assets()
LAYER_DOCS = {
    "rules": "ルール表を検査し、変わっていれば読み込みます。赤いとき: メッセージの CSV の行を直してください。",
    "staging": "取り込んだ行を、業務日に知られていた最新の版だけにします。赤いとき: 取込データのキーや必須列を見てください。",
    "people": "だれがだれかを決めます (名寄せ)。赤いとき: 一つの取込元で同じIDが別の種類の相手に使われていないか見てください。",
    "dormancy": "注文と接触から休眠の状態・原因・区分・価値を決めます。赤いとき: 為替などのルール行か、該当 person_id の注文日を見てください。",
    "decision": "連絡可否、優先度、対照群、割当を決めます。赤いとき: rule_channel_capacity など割当のルールを見てください。",
    "marts": "BIが読む表を作ります。赤いとき: 列の契約か、全員の行き先の合計が合っていません。",
    "publish": "チャネル別のリスト表を作ります。赤いとき: 出してよい列 (exposure) とモデルの列が違います。",
}


@dag(schedule=[raw], **orchestration.dag_arguments(__doc__, ["build"]))
def build():
    @task
    @orchestration.gated
    def plan() -> dict:
        """作る業務日を決めます。先の日が残っていれば先に仕上げます。入力に変わりがなければ「することはありません」。"""
        context = get_current_context()
        dates = orchestration.event_dates(context)
        stages.settle_earlier(settings.load(), dates, context["run_id"])
        is_changed = stages.plan_build(settings.load(), dates[-1], context["run_id"])
        return {"as_of": dates[-1].isoformat(), "is_changed": is_changed}

    @task(outlets=[lists], trigger_rule="none_failed")
    @orchestration.gated
    def announce(planned: dict) -> None:
        """構築の終わりを publish に知らせます。赤いとき: 再実行してください。"""
        context, as_of = get_current_context(), date.fromisoformat(planned["as_of"])
        stages.finish_build(settings.load(), as_of, context["run_id"])
        orchestration.announce(context, lists, as_of)

    planned = previous = plan()
    for selector, doc in LAYER_DOCS.items():
        layer = orchestration.layer_task(selector, doc, planned)
        previous >> layer
        previous = layer
    previous >> announce(planned)


build()
