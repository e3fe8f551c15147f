from reports.models.import_job import ImportJob

__all__ = ["ImportJob"]
