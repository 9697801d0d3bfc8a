"""The one way a gate says no: a paragraph a person can act on, never a stack trace."""

from __future__ import annotations


class GateStop(Exception):
    """A gate refused. `gate` names it; `str(error)` is one readable paragraph without PII."""

    def __init__(self, gate: str, message: str):
        super().__init__(message)
        self.gate = gate
        self.message = message

    def __reduce__(self):  # exceptions cross process borders under Airflow's executor
        return (GateStop, (self.gate, self.message))
