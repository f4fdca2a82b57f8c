"""The annual report in one of its formats."""

from __future__ import annotations

from cdr.documents.report.report_blocks import Report

FORMATS = ("pdf", "html", "docx", "md")


def render(report: Report, format: str) -> bytes:
    """The report in one of FORMATS; the same report gives the same bytes.

    Raises: ConditionsNotMet where a text cannot be set (PDF and the charts of a Word document).
    """
    from cdr.documents.report import report_docx, report_html, report_md, report_pdf

    writers = {"pdf": report_pdf.pdf, "html": report_html.html, "docx": report_docx.docx, "md": report_md.markdown}
    return writers[format](report)
