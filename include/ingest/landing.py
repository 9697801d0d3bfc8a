"""All that lies in landing for one source: its deliveries first, then rows that people have corrected."""

from __future__ import annotations

from datetime import date

from include.contracts import load_contracts
from include.ingest import deliveries, fixfile, limits, unclaimed
from include.ingest.corrections import Correction
from include.ingest.result import SourceResult
from include.ingest.run import Run, with_defaults
from include.settings import Settings


def load_source(settings: Settings, source: str, as_of: date, run_id: str) -> SourceResult:
    """Load every settled file of one source. A bad file is set aside and makes the result red; the others load."""
    contract = load_contracts(settings.contracts_dirs).get(source)
    numbers = limits.read(settings, as_of)
    paths = [
        path
        for path in deliveries.data_files(settings.landing).get(source, [])
        if deliveries.is_settled(path, numbers.settle_seconds)
    ]
    if contract is None:
        return unclaimed.refuse(settings, source, paths, as_of, run_id)
    contract = with_defaults(contract, numbers)
    returned = [path for path in paths if fixfile.is_fix(path)]
    result = Run(settings, contract, as_of, run_id, numbers).load([path for path in paths if path not in returned])
    for path in returned:
        result.add(Correction(settings, contract, as_of, run_id, numbers).load([path]))
    return result
