"""The page people look at, made from the BI snapshot alone."""

from include.report.page import render
from include.report.summary import summary

__all__ = ["render", "summary"]
