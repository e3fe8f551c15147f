from django.urls import path, re_path
from django.views.generic import RedirectView

from reports.views import common_grants, open_data

app_name = "open_data"
urlpatterns = [
    path("open-data/", open_data.overview, name="overview"),
    path("open-data/statistics/", open_data.statistics, name="statistics"),
    path("open-data/<str:name>", open_data.file, name="file"),
    # Whoever shortens an address to its beginning looks for what is there, and that is said on the page for people.
    path("api/", RedirectView.as_view(pattern_name="open_data:overview"), name="interface"),
    path("common-grants/", RedirectView.as_view(pattern_name="open_data:overview"), name="protocol"),
    path("api/openapi.json", open_data.description, name="description"),
    # The protocol writes its addresses with a slash at the end, its own client without: both lead to the same.
    re_path(r"^common-grants/opportunities/?$", common_grants.opportunity_list, name="opportunity_list"),
    re_path(r"^common-grants/opportunities/search/?$", common_grants.opportunity_search, name="opportunity_search"),
    re_path(r"^common-grants/opportunities/(?P<key>[^/]+)/?$", common_grants.opportunity_detail, name="opportunity"),
    re_path(r"^common-grants/awards/?$", common_grants.award_list, name="award_list"),
    re_path(r"^common-grants/awards/(?P<key>[^/]+)/?$", common_grants.award_detail, name="award"),
    path("common-grants/<path:path>", common_grants.nothing_here, name="no_record"),
    path("api/<path:path>", common_grants.nothing_here, name="no_interface"),
]
