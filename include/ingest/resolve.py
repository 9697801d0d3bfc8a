"""What becomes of earlier refusals when a file comes again: corrected, or superseded by a newer word on the same rows."""

from __future__ import annotations

import duckdb

from include.ingest.ledger import Outcome

STAMP = 10**6  # what of a delivery's sequence is the time in its name; below it count copies and revisions
# refusals of a returned row: of the delivery it belongs to, and of earlier attempts to correct it
CORRECTED = """
update ops.rejected_row as r set resolved_by = $me, state = case when exists (
    select 1 from ops.rejected_row as again where again.delivery_id = $me and again.source_row = r.source_row
) then 'superseded' else 'corrected' end
where r.state = 'open' and r.delivery_id <> $me and list_contains($lines, r.source_row) and r.delivery_id in (
    select delivery_id from ops.file_ledger where state = 'loaded' and (delivery_id = $root or corrects = $root)
)
"""
# refusals of the same delivery as it came before: same date, part and mode (a delta: same time in its name too), an undated
# file of the same name, or the same content that was refused under another name
REDELIVERED = """
with earlier as (
    select delivery_id from ops.file_ledger as l
    where l.source = $source and l.delivery_id <> $me and l.corrects is null and (
        l.state = 'rejected' and l.delivered_sha256 = $sha256
        or l.entities = $entities and (l.state = 'rejected' or (l.business_date, l.delivery_sequence) < ($day, $sequence)) and (
            l.business_date = $day and l.part = $part and l.mode = $mode
            and ($mode = 'full' or l.delivery_sequence // $stamp = $sequence // $stamp)
            or not l.is_dated and not $is_dated and l.file_name = $file_name
        )
    )
)
update ops.rejected_row set state = 'superseded', resolved_by = $me
where state = 'open' and source = $source and delivery_id in (
    select delivery_id from earlier
    union all
    select delivery_id from ops.file_ledger where corrects in (select delivery_id from earlier)
)
"""


def resolve(connection: duckdb.DuckDBPyConnection, outcome: Outcome) -> None:
    """Close the open refusals that this delivery answers; a refused delivery answers none."""
    delivery = outcome.delivery
    if outcome.is_rejected:
        return
    if delivery.corrects:
        lines = list(outcome.answers)
        connection.execute(CORRECTED, {"me": delivery.delivery_id, "root": delivery.corrects, "lines": lines})
        return
    connection.execute(
        REDELIVERED,
        {
            "me": delivery.delivery_id, "source": delivery.source, "sha256": delivery.sha256, "entities": delivery.entities,
            "day": delivery.business_date, "sequence": delivery.sequence, "part": delivery.part, "mode": delivery.mode,
            "stamp": STAMP, "is_dated": delivery.is_dated, "file_name": delivery.file_name,
        },
    )  # fmt: skip
