from reports.models.archive_package import ArchivePackage
from reports.models.file_check import FileCheck
from reports.models.import_job import ImportJob
from reports.models.ledger_file import LedgerFile
from reports.models.mark import Mark
from reports.models.paper import Paper
from reports.models.print_job import PrintItem, PrintJob
from reports.models.search import SearchEntry

__all__ = [
    "ArchivePackage", "FileCheck", "ImportJob", "LedgerFile", "Mark", "Paper", "PrintItem", "PrintJob", "SearchEntry",
]  # fmt: skip
