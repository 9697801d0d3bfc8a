"""Ingest: files in landing become typed rows in raw, exactly once, or a sentence that says why not."""

from include.ingest.acceptance import accept
from include.ingest.arrivals import scan
from include.ingest.commit import prepare
from include.ingest.landing import load_source
from include.ingest.replay import rebuild
from include.ingest.rejected import regenerate
from include.ingest.result import SourceResult

__all__ = ["SourceResult", "accept", "load_source", "prepare", "rebuild", "regenerate", "scan"]
