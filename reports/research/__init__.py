"""The draft of a research report (调研报告) on a district's year, composed once and set as page, PDF and docx (ADR 14).

facts       what is counted, by the functions of the dashboards        → `Year`
problems    thresholds, and which of them are crossed (pure)           → `Problem`
composing   chapters, paragraphs, tables, charts (pure)                → `blocks.Report`
docx, raster, templates                              how it is set
"""
