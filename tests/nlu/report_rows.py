"""Judgements made by hand."""

from nlu.report.judge import FALLBACK, Judged


def one(intent: str, found: str, confidence: float, *, style: str = "plain", taken: str = "", also: str = "", ms: float = 5.0) -> Judged:
    return Judged("话", intent, frozenset({intent, *filter(None, [also])}), style, found, "x", confidence, taken or found, ms)


ROWS = [
    one("query_balance", "query_balance", 0.95),
    one("query_balance", "query_bill", 0.85, style="elder"),
    one("query_bill", "query_bill", 0.75),
    one("transfer_human", "transfer_human", 0.99),
    one("transfer_human", "complain", 0.6),
    one("complain", "transfer_human", 0.7),
    one("out_of_scope", "out_of_scope", 0.9),
    one("out_of_scope", "query_usage", 0.8),
    one("out_of_scope", "query_usage", 0.2, taken=FALLBACK),
]
