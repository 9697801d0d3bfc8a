"""What can be wrong with a file or a row, said once: rule id, reason and remedy in Japanese."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass

# rule id -> (reason, remedy); the ids N.. are those of the normalisation table
ROW_RULES = {
    "REQUIRED": ("必須項目が空です", "値を入れて出し直してください"),
    "N-MAP": ("契約の対応表にない値です", "値を直すか、契約の対応表に加えてください"),
    "N04": ("列の数が見出しと合いません", "値の中の区切り文字を引用符で囲んでください"),
    "N08": ("Excel が桁を落とした値です (指数表記)", "列を文字列として出し直してください"),
    "N10": ("日付として読めません", "YYYY-MM-DD で出し直すか、契約の列に formats を指定してください"),
    "N14": ("数値として読めません", "数字だけにして出し直してください"),
    "N21": ("都道府県として読めません", "都道府県名か JIS コードで出し直してください"),
    "N28": ("法人番号の検査数字が合いません", "法人番号 13 桁を確かめて出し直してください"),
    "N31": ("はい・いいえとして読めません", "契約の列に polarity を指定してください"),
    "N40": ("レコードの開始行より前の行です", "レコードの開始行の列を含めて出し直してください"),
    "N41": ("税率がないので税抜にできません", "税率の列を埋めて出し直してください"),
    "N45": ("知った日時より後の日時か、契約の上限・下限を超えた値です", "値を確かめて出し直してください"),
    "N-JSON": ("JSON として読めない行です", "1 行に 1 件の JSON で出し直してください"),
}


@dataclass
class BadFile(Exception):
    """A file nothing of which is loaded. `line` counts physical lines from 1."""

    rule_id: str
    reason: str
    fix: str
    line: int | None = None
    column: str | None = None

    def sentence(self, source: str, file_name: str, contract_name: str | None) -> str:
        """One readable sentence that names file, line, column and contract rule; no cell value."""
        place = f"{self.line}行目 " if self.line else ""
        column = f"列「{self.column}」" if self.column else ""
        rule = f"契約 {contract_name} の規則 {self.rule_id}" if contract_name else f"規則 {self.rule_id}"
        where = f"{place}{column}".strip()
        return (
            f"{source}/{file_name} {where}{': ' if where else ''}{self.reason} ({rule})。{self.fix}。"
            f"ファイルは rejected/{source}/files/ に移し、何も取り込んでいません。"
        )


def mask(value: str | None) -> str | None:
    """The shape of a value without the value: digits #, kana and kanji 〇, letters x; at most 40 signs."""
    if value is None:
        return None
    return "".join(_mask_sign(sign) for sign in value[:40])


def _mask_sign(sign: str) -> str:
    if unicodedata.category(sign) in ("Nd", "No", "Nl"):
        return "#"
    if sign.isalpha() or ord(sign) > 0xFFFF or sign in "々〓ー":
        return "x" if sign.isascii() else "〇"
    return sign
