from jobs.models.changes import Edition, PublicChange
from jobs.models.children import JobLocation, JobRequirement, JobTag
from jobs.models.index_page import JobIndexPage
from jobs.models.listing import JobListing, JobListingPlace, JobWords
from jobs.models.pages import JobPage
from jobs.models.records import JobPath, JobRecord
from jobs.models.settings import BoardSettings
from jobs.models.snippets import Company, JobCategory

__all__ = [
    "BoardSettings",
    "Company",
    "Edition",
    "JobCategory",
    "JobIndexPage",
    "JobListing",
    "JobListingPlace",
    "JobLocation",
    "JobPage",
    "JobPath",
    "JobRecord",
    "JobRequirement",
    "JobTag",
    "JobWords",
    "PublicChange",
]
