"""The front door: verbs people type. `python -m include.cli VERB --help` explains each; no logic here."""

from __future__ import annotations

import argparse
import os
import sys
from datetime import date, datetime
from pathlib import Path

from include import orchestration, settings
from include.errors import GateStop


def main(arguments: list[str] | None = None) -> int:
    """Run one verb. Returns the exit code: 0 only if every gate passed."""
    options = _parser().parse_args(arguments)
    try:
        return options.verb(settings.load(), options)
    except GateStop as stop:
        print(f"停止 [{stop.gate}]: {stop.message}", file=sys.stderr)
        return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m include.cli", description=__doc__)
    verbs = parser.add_subparsers(required=True, metavar="VERB")
    chains = {"run": orchestration.CHAIN, **{name: (name,) for name in orchestration.CHAIN}}
    for name, dag_ids in chains.items():
        verb = verbs.add_parser(name, help=f"run the DAGs {' → '.join(dag_ids)} for one business date")
        verb.add_argument("--as-of", type=date.fromisoformat, help="business date (JST), YYYY-MM-DD")
        verb.add_argument("--source", help="take files of this source only")
        verb.set_defaults(verb=_run, dag_ids=dag_ids, dry_run=False)
        if name == "run":
            verb.add_argument("--dry-run", action="store_true", help="say what would be delivered; change nothing")
        if name == "ingest":
            verb.add_argument("--accept", metavar="DELIVERY", help="let in a delivery that its check refused")
            verb.add_argument("--reason", default="", help="why it is right (with --accept)")
            verb.add_argument("--by", default="", help="who says so (with --accept)")
            verb.add_argument("--rebuild", action="store_true", help="make the warehouse anew from the archive")
            verb.set_defaults(verb=_ingest)
    backfill = verbs.add_parser("backfill", help="build every business date of a range, ascending; skips what is done")
    backfill.add_argument("--from", dest="first", type=date.fromisoformat, required=True, metavar="YYYY-MM-DD")
    backfill.add_argument("--to", dest="last", type=date.fromisoformat, required=True, metavar="YYYY-MM-DD")
    backfill.set_defaults(verb=_backfill)
    backtest = verbs.add_parser("backtest", help="a past date as known then, and what happened afterwards; changes nothing")
    backtest.add_argument("--as-of", type=date.fromisoformat, required=True, metavar="YYYY-MM-DD")
    backtest.add_argument("--rules", type=Path, metavar="DIR", help="compare with the rule_*.csv of this folder")
    backtest.add_argument("--since", type=date.fromisoformat, help="earlier date of the comparison; the day before by default")
    backtest.set_defaults(verb=_backtest)
    generate = verbs.add_parser("generate", help="write seeded synthetic exports into landing/")
    generate.add_argument("--profile", default="small", help="tiny | small | large | xlarge | silence")
    generate.add_argument("--as-of", type=date.fromisoformat)
    generate.add_argument("--seed", type=int)
    generate.set_defaults(verb=_generate)
    for name, verb, text in (
        ("demo", _demo, "generate exports, run the DAGs, say where to look"),
        ("up", _up, "start Airflow on this machine: UI, scheduler, executor"),
        ("init", _init, "create the metadata database and the pool"),
        ("benchmark", _benchmark, "time every stage at the profiles tiny and small"),
        ("status", _status, "last steps, stale sources, red gates"),
        ("rulebook", _rulebook, "write dbt_project/docs/rules.md: every rule explained, from the rule tables"),
        ("summary", _summary, "say in plain words what the last run produced"),
    ):
        verbs.add_parser(name, help=text).set_defaults(verb=verb)
    contract = verbs.add_parser("contract", help="new: draft a contract from a file; check: what a file would become")
    contract.add_argument("action", choices=["new", "check"])
    contract.add_argument("file", type=Path)
    contract.add_argument("--source", help="the source's name; check finds it by the file's name")
    contract.add_argument("--as-of", type=date.fromisoformat)
    contract.set_defaults(verb=_contract)
    verbs.choices["benchmark"].add_argument(
        "--ingest", type=int, metavar="LINES", help="only ingest, on so many order lines, beside the floor"
    )
    verbs.choices["benchmark"].add_argument(
        "--identity", type=int, metavar="PERSONS", help="only who is who, on so many persons"
    )
    verbs.choices["benchmark"].add_argument(
        "--build", type=int, metavar="PERSONS", help="only the warehouse, on so many persons: everything, then a day's delta"
    )
    verbs.choices["benchmark"].add_argument(
        "--value", type=int, metavar="PERSONS", help="only P(alive) and value of so many persons, beside the package lifetimes"
    )
    execute = verbs.add_parser("exec", help="run a command with Airflow's settings in its environment")
    execute.add_argument("command", nargs=argparse.REMAINDER)
    execute.set_defaults(verb=_exec)
    return parser


def _run(config: settings.Settings, options: argparse.Namespace) -> int:
    as_of = options.as_of or config.as_of or datetime.now(orchestration.JST).date()
    if options.dry_run:
        from include import dry_run

        return dry_run.run(config, as_of)
    return orchestration.run_chain(config, as_of, options.dag_ids, options.source)


def _ingest(config: settings.Settings, options: argparse.Namespace) -> int:
    from include import ingest

    if options.rebuild:
        as_of = options.as_of or config.as_of or datetime.now(orchestration.JST).date()
        results = ingest.rebuild(config, as_of, f"rebuild_{as_of}")
        print(f"倉庫を作り直しました: {sum(result.rows_loaded for result in results):,} 行。続けて build を実行してください。")
        return 0
    if options.accept:
        options.source = ingest.accept(config, options.accept, options.reason, options.by)
    return _run(config, options)


def _backfill(config: settings.Settings, options: argparse.Namespace) -> int:
    from include import backfill

    return backfill.run(config, options.first, options.last)


def _backtest(config: settings.Settings, options: argparse.Namespace) -> int:
    from include import backtest

    page = backtest.run(backtest.plan(config, options.as_of, options.rules, options.since))
    print(f"{page.read_text(encoding='utf-8')}\n{page}")
    return 0


def _generate(config: settings.Settings, options: argparse.Namespace) -> int:
    from include import synthetic

    made = synthetic.generate(config, options.profile, as_of=options.as_of, seed=options.seed)
    print(f"{made.files} files, {made.rows:,} rows for {made.as_of} in {config.landing}")
    return 0


def _demo(config: settings.Settings, options: argparse.Namespace) -> int:
    from include import demo

    return demo.run(config)


def _up(config: settings.Settings, options: argparse.Namespace) -> int:
    from include import demo

    return orchestration.stand_up(config, demo.fixed_date(config))


def _init(config: settings.Settings, options: argparse.Namespace) -> int:
    orchestration.configure(config, quiet=False)
    orchestration.initialise(config)
    return 0


def _contract(config: settings.Settings, options: argparse.Namespace) -> int:
    from include.contracts import draft
    from include.ingest import dry_run

    if options.action == "new":
        print(draft.draft(config.contracts_dirs, options.file, options.source))
        return 0
    as_of = options.as_of or config.as_of or datetime.now(orchestration.JST).date()
    verdict = dry_run.check(config, options.file, as_of, options.source)
    print(verdict.render())
    return 0 if verdict.is_ok else 1


def _exec(config: settings.Settings, options: argparse.Namespace) -> int:
    orchestration.configure(config, quiet=False)
    os.execvp(options.command[0], options.command)


def _benchmark(config: settings.Settings, options: argparse.Namespace) -> int:
    from include import benchmark

    if options.identity:
        return benchmark.run_identity(config, options.identity)
    if options.build:
        return benchmark.run_build(config, options.build)
    if options.value:
        return benchmark.run_value(config, options.value)
    return benchmark.run_ingest(config, options.ingest) if options.ingest else benchmark.run(config)


def _status(config: settings.Settings, options: argparse.Namespace) -> int:
    from include import status

    print(status.render(config, config.as_of or datetime.now(orchestration.JST).date()))
    return 0


def _rulebook(config: settings.Settings, options: argparse.Namespace) -> int:
    from include import rulebook

    print(rulebook.write(config))
    return 0


def _summary(config: settings.Settings, options: argparse.Namespace) -> int:
    from include import report

    print(report.summary(config))
    return 0


if __name__ == "__main__":
    sys.exit(main())
