"""The front door: verbs people type. `python -m include.cli VERB --help` explains each; no logic here."""

from __future__ import annotations

import argparse
import os
import sys
from datetime import date, datetime

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
        if name == "run":
            verb.add_argument("--dry-run", action="store_true", help="say what would be delivered; change nothing")
        verb.set_defaults(verb=_run, dag_ids=dag_ids, dry_run=False)
    generate = verbs.add_parser("generate", help="write seeded synthetic exports into landing/")
    generate.add_argument("--profile", default="small", help="tiny | small | large | xlarge")
    generate.add_argument("--as-of", type=date.fromisoformat)
    generate.add_argument("--seed", type=int)
    generate.set_defaults(verb=_generate)
    for name, verb, text in (
        ("demo", _demo, "generate exports, run the DAGs, say where to look"),
        ("up", _up, "start Airflow on this machine: UI, scheduler, executor"),
        ("init", _init, "create the metadata database and the pool"),
        ("benchmark", _benchmark, "time every stage at the profiles tiny and small"),
        ("status", _status, "last steps, stale sources, red gates"),
        ("summary", _summary, "say in plain words what the last run produced"),
    ):
        verbs.add_parser(name, help=text).set_defaults(verb=verb)
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


def _exec(config: settings.Settings, options: argparse.Namespace) -> int:
    orchestration.configure(config, quiet=False)
    os.execvp(options.command[0], options.command)


def _benchmark(config: settings.Settings, options: argparse.Namespace) -> int:
    from include import benchmark

    return benchmark.run(config)


def _status(config: settings.Settings, options: argparse.Namespace) -> int:
    from include import status

    print(status.render(config, config.as_of or datetime.now(orchestration.JST).date()))
    return 0


def _summary(config: settings.Settings, options: argparse.Namespace) -> int:
    from include import report

    print(report.summary(config))
    return 0


if __name__ == "__main__":
    sys.exit(main())
