"""What an administrator prepares, and what even an administrator cannot touch."""

from django.urls import reverse

from grants.models import Rubric, TranchePlan


def test_a_rubric_is_made_with_its_criteria(town, browse):
    inline = "criteria"
    data = {
        "name": "微创投简表",
        "legal_basis": "",
        "pass_mark": "60",
        "good_from": "80",
        "excellent_from": "90",
        f"{inline}-TOTAL_FORMS": "2",
        f"{inline}-INITIAL_FORMS": "0",
        f"{inline}-0-name": "需求",
        f"{inline}-0-weight": "60",
        f"{inline}-0-kind": "points",
        f"{inline}-0-position": "0",
        f"{inline}-1-name": "可行",
        f"{inline}-1-weight": "40",
        f"{inline}-1-kind": "points",
        f"{inline}-1-position": "1",
    }

    browse(town.admin).post(reverse("admin:grants_rubric_add"), data)

    assert Rubric.objects.get(name="微创投简表").total == 100


def test_what_a_published_call_has_announced_stays(town, browse):
    client = browse(town.admin)

    for name, obj in (("rubric", town.rubric), ("trancheplan", town.plan)):
        assert client.post(reverse(f"admin:grants_{name}_change", args=[obj.pk]), {"name": "改"}).status_code == 403
        assert client.post(reverse(f"admin:grants_{name}_delete", args=[obj.pk]), {"post": "yes"}).status_code == 403
    assert TranchePlan.objects.get(pk=town.plan.pk).name == "50/40/10"


def test_the_ledger_is_only_read(town, browse):
    entry, client = town.fund.entries.get(), browse(town.admin)

    assert client.get(reverse("admin:grants_ledgerentry_changelist")).status_code == 200
    assert client.get(reverse("admin:grants_ledgerentry_add")).status_code == 403
    assert client.post(reverse("admin:grants_ledgerentry_delete", args=[entry.pk]), {"post": "yes"}).status_code == 403
