from reports.models.file_check import FileCheck
from reports.models.import_job import ImportJob
from reports.models.mark import Mark
from reports.models.paper import Paper
from reports.models.print_job import PrintItem, PrintJob

__all__ = ["FileCheck", "ImportJob", "Mark", "Paper", "PrintItem", "PrintJob"]
