"""The ledgers: not among the documents, as people read and type their addresses."""

from django.urls import path, re_path

from reports.views import ledgers

app_name = "ledgers"
urlpatterns = [
    path("", ledgers.ledger_list, name="ledger_list"),
    re_path(r"^(?P<key>[a-z]+)\.(?P<kind>xlsx|csv)$", ledgers.ledger_file, name="ledger_file"),
    path("<slug:key>/make/", ledgers.ledger_make, name="ledger_make"),
    path("made/<int:pk>/", ledgers.ledger_made, name="ledger_made"),
]
