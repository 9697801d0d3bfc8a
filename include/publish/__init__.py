"""Publish tables and exposures to vendor files, the list history and the BI snapshot."""

from include.publish.lists import ListFile, PublishResult, publish_lists, recover
from include.publish.preview import preview
from include.publish.serving import Snapshot, current_as_of, swap_serving

__all__ = [
    "ListFile", "PublishResult", "Snapshot", "current_as_of", "preview", "publish_lists", "recover", "swap_serving",
]  # fmt: skip
