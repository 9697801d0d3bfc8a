"""Which deliveries of a source are new, and in which order; what is known already, incomplete or hopeless."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path

from include.contracts import Contract, matches
from include.ingest import deliveries, fixfile, ledger, manifest, unpack
from include.ingest.deliveries import Delivery
from include.ingest.manifest import Manifest
from include.ingest.problems import BadFile
from include.ingest.unpack import Member


@dataclass
class Found:
    """`new` in order of business date, then sequence; `waiting` stays in landing."""

    new: list[Delivery] = field(default_factory=list)
    known: list[Delivery] = field(default_factory=list)
    waiting: list[Delivery] = field(default_factory=list)
    refused: list[tuple[Delivery, BadFile]] = field(default_factory=list)
    messages: list[str] = field(default_factory=list)


def find(
    landing: Path, contract: Contract, paths: list[Path], books: ledger.Ledger, as_of: date, unpacked: Path
) -> Found:
    """Sort the settled files of a source; contents of packages are laid below `unpacked`."""
    found = Found()
    new: dict[tuple, Delivery] = {}
    for member, claims, problem in _members(contract, paths, unpacked):
        sha256 = deliveries.sha256_of(member.content)
        undated = books.first_date(sha256) or as_of
        delivery = deliveries.describe(landing, member.path, contract, sha256, claims, undated, member)
        problem = problem or _unexpected(contract, delivery)
        twin = (sha256, delivery.business_date) if delivery.is_dated else (sha256,)
        if problem:
            found.refused.append((delivery, problem))
        elif books.is_loaded(delivery) or twin in new:
            found.known.append(delivery)
        else:
            new[twin] = delivery
    whole = _without_incomplete(found, contract, list(new.values()), books)
    found.new = _numbered(sorted(whole, key=order), books)
    return found


def order(delivery: Delivery) -> tuple:
    """The order in which deliveries are loaded."""
    return (delivery.business_date, delivery.sequence, delivery.file_name, delivery.delivery_id)


def _members(
    contract: Contract, paths: list[Path], unpacked: Path
) -> Iterator[tuple[Member, Manifest, BadFile | None]]:
    """Every plain file, what its manifest claims, what is wrong already."""
    for number, path in enumerate(paths):
        claims, members, problem = Manifest(), [Member(path, path, path.name)], None
        try:
            claims = manifest.read(path)
            members = unpack.members(path, unpacked / str(number))
        except BadFile as error:
            problem = error
        for member in members:
            if member.path != member.content and fixfile.is_fix(member.content):
                continue  # corrected rows are no delivery of the contract's, see `landing`
            yield _named(contract, member, len(members)), claims, problem


def _named(contract: Contract, member: Member, count: int) -> Member:
    """The only file of a package may go by the package's name where its own says nothing to the contract."""
    if count > 1 or member.path == member.content or matches(member.name, contract.files):
        return member
    outer = member.path.stem
    name = outer if Path(outer).suffix else outer + Path(member.name).suffix
    return replace(member, name=name) if matches(name, contract.files) else member


def _unexpected(contract: Contract, delivery: Delivery) -> BadFile | None:
    """A file is claimed by its name or by its entity folder."""
    claimed = delivery.feeds and any(feed.files for feed in delivery.feeds)
    if claimed or (delivery.feeds and matches(delivery.file_name, contract.files)):
        return None
    names = "、".join(contract.files[:6])
    return BadFile(
        "C-NAME", f"契約にない名前のファイルです (契約の名前: {names})", "名前を直すか、契約の files に加えてください"
    )


def _without_incomplete(
    found: Found, contract: Contract, new: list[Delivery], books: ledger.Ledger
) -> list[Delivery]:
    """A delivery in several files waits in landing until all of them are there."""
    here: dict[tuple, set[int]] = defaultdict(set)
    for delivery in new:
        if delivery.piece:
            here[_set_of(delivery)] |= {delivery.piece[1], *_loaded_pieces(delivery, books)}
    found.waiting = [d for d in new if d.piece and len(here[_set_of(d)]) < d.piece[2]]
    for name, delivery in {_set_of(d): d for d in found.waiting}.items():
        found.messages.append(
            f"{contract.source}: {delivery.file_name} は {name[-1]} 個のうち {len(here[name])} 個しか届いていません。"
            "揃うまで取り込まずに待ちます。"
        )
    return [delivery for delivery in new if delivery not in found.waiting]


def _loaded_pieces(delivery: Delivery, books: ledger.Ledger) -> set[int]:
    name, _, count = delivery.piece or ("", 0, 0)
    matched = (deliveries.PIECE.match(part) for part in books.parts(delivery))
    return {int(piece[2]) for piece in matched if piece and (piece[1], int(piece[3])) == (name, count)}


def _set_of(delivery: Delivery) -> tuple:
    name, _, count = delivery.piece or ("", 0, 0)
    return (delivery.entities, delivery.business_date, delivery.mode, name, count)


def _numbered(new: list[Delivery], books: ledger.Ledger) -> list[Delivery]:
    """Give later contents of the same delivery later numbers."""
    here: dict[tuple, int] = defaultdict(int)
    numbered = []
    for delivery in new:
        identity = ledger.identity_of(delivery)
        revision = books.revisions(delivery) + here[identity]
        here[identity] += 1
        numbered.append(replace(delivery, sequence=delivery.sequence + revision))
    return numbered
