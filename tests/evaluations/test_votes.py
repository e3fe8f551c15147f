"""A residents' vote: prepared, announced, voted in with codes or phones, counted, taken over."""

import json
import re
from datetime import timedelta
from decimal import Decimal
from hashlib import sha256
from io import BytesIO

import openpyxl
import pytest
from django.core.exceptions import PermissionDenied
from django.core.management import call_command
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from config.management.commands.tick import DUTIES
from core.models import Event
from core.workflow import Refused
from evaluations import vote_codes as codes
from evaluations.actions import balloting, paper_ballots, selecting, vote_codes, votes, voting
from evaluations.actions.decision import current
from evaluations.inbox import waiting_for
from evaluations.models import Alternative, Ballot, Vote, VoteAttempt, VoteCode
from evaluations.vote_count import digest_of
from people.models import Membership, Role
from projects.models import Project
from tests.judging import judged, proposed
from tests.town import aware
from tests.voting import CLOSES, OPENS, announced, cast, ended, open_now, prepared, printed, tampered_seed


@pytest.fixture
def projects(town, life) -> list[Project]:
    """Three projects in review, 10,000 yuan each."""
    return judged(town, life, 38, 30, 20)


def page(vote: Vote) -> str:
    return reverse("evaluations:vote_detail", args=[vote.pk])


def ballot_page(code: str) -> str:
    return reverse("evaluations:vote_by_code", args=[codes.shown(code)])


# Preparing and announcing


def test_what_is_prepared_is_seen_by_the_funder_only_and_announced_by_everybody(town, projects, browse):
    vote = prepared(town, projects)
    assert [browse(one).get(page(vote)).status_code for one in (None, town.head, town.clerk)] == [404, 404, 200]

    votes.announce(vote, by=town.clerk)

    assert browse().get(page(vote)).status_code == 200
    assert [entry.amount for entry in vote.entries.all()] == [Decimal("10000.00")] * 3
    assert "投票" in town.head.notifications.latest("pk").subject


@pytest.mark.parametrize("username", ["approver", "auditor", "head", "expert1", "admin"])
def test_only_the_clerk_prepares_and_announces(town, projects, username):
    vote = prepared(town, projects)
    somebody = town.people[username]

    with pytest.raises(PermissionDenied):
        votes.prepare(Vote(call=town.call), by=somebody, projects=projects, communities=[], budget=1)
    with pytest.raises(PermissionDenied):
        votes.announce(vote, by=somebody)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"budget": Decimal("9999.99")}, "资金"),
        ({"opens_at": aware(2026, 3, 1, 8)}, "晚于"),
    ],
)
def test_what_lacks_something_is_not_announced(town, projects, changes, said):
    vote = prepared(town, projects, **changes)

    with pytest.raises(Refused, match=said):
        votes.announce(vote, by=town.clerk)


def test_a_project_that_asks_for_more_than_there_is_does_not_stand(town, projects):
    dear = projects[0]
    vote = prepared(town, projects, budget=Decimal("12000.00"))
    Project.objects.filter(pk=dear.pk).update(amount_requested=Decimal("12000.01"))
    with pytest.raises(Refused, match="选不上"):
        votes.announce(vote, by=town.clerk)

    Project.objects.filter(pk=dear.pk).update(amount_requested=Decimal("12000.00"))

    assert votes.announce(vote, by=town.clerk).state == "announced"


def test_one_project_is_no_choice_and_a_foreign_one_cannot_stand(town, projects):
    with pytest.raises(Refused, match="两个项目"):
        votes.announce(prepared(town, projects[:1]), by=town.clerk)
    Project.objects.filter(pk=projects[0].pk).update(state="withdrawn")
    with pytest.raises(Refused, match="项目38"):
        prepared(town, projects, title="另一次")


def test_the_announced_rule_stands_and_after_the_opening_nothing_can_be_taken_back(town, projects, time):
    vote = announced(town, projects)
    with pytest.raises(Refused):
        votes.prepare(vote, by=town.clerk, projects=projects, communities=[town.community], method="equal_shares")
    votes.take_back(vote, by=town.clerk, note="资金写错了")
    assert (vote.state, vote.seed) == ("draft", "")
    votes.announce(vote, by=town.clerk)
    open_now(time)

    with pytest.raises(Refused, match="开始"):
        votes.take_back(vote, by=town.clerk, note="换个办法")
    with pytest.raises(Refused):
        votes.prepare(vote, by=town.clerk, projects=projects, communities=[town.community], method="equal_shares")
    assert Vote.objects.get().method == "greedy"


def test_the_seed_is_sealed_beforehand_and_shown_with_the_result(town, projects, browse, time):
    vote = announced(town, projects)
    before = browse().get(page(vote)).content.decode()
    ended(time)

    after = browse().get(page(vote)).content.decode()

    assert digest_of(vote.seed) in before
    assert vote.seed not in before
    assert vote.seed in after


def test_calling_off_needs_the_approver_and_nobody_ever_reads_the_ballots(town, projects, browse, time):
    vote = announced(town, projects)
    [code] = printed(town, vote, 1)
    open_now(time)
    cast(code, projects[0])
    with pytest.raises(PermissionDenied):
        votes.call_off(vote, by=town.clerk, note="有人复印了投票码")

    votes.call_off(vote, by=town.approver, note="有人复印了投票码")
    ended(time)

    assert votes.close_ended() == 0
    assert browse().get(reverse("evaluations:vote_ballots_json", args=[vote.pk])).status_code == 404
    assert "取消" in browse().get(page(vote)).content.decode()


def test_the_clerk_fills_in_the_form_and_what_was_typed_comes_back(town, projects, browse):
    sent = {
        "title": "居民投票", "opens_at": "2026-05-01T08:00", "closes_at": "2026-04-01T08:00", "budget": "20,000",
        "method": "equal_shares", "codes": "household", "communities": [town.community.pk],
        "projects": [one.pk for one in projects[:2]], "within_budget": "on", "max_approvals": "",
    }  # fmt: skip
    client, address = browse(town.clerk), reverse("evaluations:vote_create", args=[town.call.pk])

    wrong = client.post(address, sent)
    assert "居民投票" in wrong.content.decode()
    assert wrong.context["form"].non_field_errors() == ["结束须在开始之后。"]
    assert not Vote.objects.exists()
    client.post(address, sent | {"closes_at": "2026-05-08T18:00"})

    vote = Vote.objects.get()
    assert (vote.method, vote.budget, vote.within_budget, vote.max_approvals) == (
        "equal_shares", Decimal("20000.00"), True, None,
    )  # fmt: skip
    assert set(vote.entries.values_list("project", flat=True)) == {one.pk for one in projects[:2]}


def test_the_reason_of_a_vote_that_was_called_off_is_public_and_whoever_voted_is_told(town, projects, browse, time):
    """Who comes back to a slip is not told that a vote was cast, before the announced end and after it."""
    vote = announced(town, projects)
    used, unused = printed(town, vote, 2)
    open_now(time)
    cast(used, projects[0])

    votes.call_off(vote, by=town.approver, note="有人复印了投票码")

    assert "有人复印了投票码" in browse().get(page(vote)).content.decode()
    for moment in (OPENS + timedelta(hours=2), CLOSES):
        time.go(moment)
        for code in (used, unused):
            said = browse().get(ballot_page(code)).content.decode()
            assert "这次投票已取消" in said
            assert "您的票已投出" not in said
            assert "查看结果" not in said


def test_a_phone_without_a_vote_is_told_so_after_the_end_and_not_of_a_slip(town, projects, browse, time):
    vote = announced(town, projects, codes="device")
    ended(time)

    said = browse().get(reverse("evaluations:vote_by_device", args=[vote.pk])).content.decode()

    assert "这部手机没有投过票" in said
    assert "码单" not in said


# Codes


def test_a_code_has_no_sign_that_is_mixed_up_and_only_its_fingerprint_is_kept(town, projects):
    vote = announced(town, projects)

    [code] = printed(town, vote, 1)

    slip = VoteCode.objects.get()
    assert re.fullmatch("[2-9A-HJ-NP-Z]{10}", code)
    assert slip.fingerprint == codes.fingerprint(code)
    assert code not in str([VoteCode.objects.values(), Event.objects.values("label", "note", "data")])


@pytest.mark.parametrize("write", [str.lower, codes.shown, lambda code: f" {codes.shown(code)} "])
def test_a_code_is_read_however_it_is_typed(town, projects, write):
    vote = announced(town, projects)
    [code] = printed(town, vote, 1)

    assert balloting.slip_of(write(code), sender="x") == VoteCode.objects.get()


@pytest.mark.parametrize("typed", ["", "0000000000", "ABCDE-FGHJ", "ABCDE-FGHJK", "12", "<script>", "\x00", "投" * 10])
def test_what_is_no_code_is_refused_with_words_and_comes_back(town, projects, browse, typed):
    announced(town, projects)

    answer = browse().post(reverse("evaluations:vote_code"), {"code": typed})

    assert answer.status_code == 200
    assert answer.context["form"].errors["code"]


def test_who_guesses_is_stopped_and_another_network_is_not(town, projects, browse, time):
    vote = announced(town, projects)
    [code] = printed(town, vote, 1)
    for _wrong in range(balloting.MOST_WRONG):
        balloting.slip_of("ABCDEFGHJK", sender="guesser")

    with pytest.raises(Refused):
        balloting.slip_of(code, sender="guesser")
    assert balloting.slip_of(code, sender="neighbour")
    time.go(OPENS)
    assert balloting.slip_of(code, sender="guesser")


def test_a_lost_slip_is_revoked_with_a_reason_and_another_one_printed(town, projects, time):
    vote = announced(town, projects)
    [code] = printed(town, vote, 1)
    with pytest.raises(Refused, match="理由"):
        vote_codes.reissue(VoteCode.objects.get(), by=town.clerk, reason=" ")

    made = vote_codes.reissue(VoteCode.objects.get(), by=town.clerk, reason="住户遗失")

    open_now(time)
    assert balloting.slip_of(code, sender="x") is None
    assert made.row.replaces.reason == "住户遗失"
    assert cast(made.code, projects[0]).approved == [projects[0].pk]


def test_a_slip_that_was_used_is_neither_revoked_nor_replaced(town, projects, time):
    vote = announced(town, projects)
    first, _second = printed(town, vote, 2)
    open_now(time)
    cast(first, projects[0])

    with pytest.raises(Refused):
        vote_codes.reissue(VoteCode.objects.get(number=1), by=town.clerk, reason="遗失")
    assert vote_codes.revoke_printing(vote, 1, by=town.clerk, reason="整批遗失") == 1
    with pytest.raises(IntegrityError), transaction.atomic():
        VoteCode.objects.filter(number=1).update(revoked_at=vote.opens_at, revoked_by=town.clerk, reason="x")


def test_a_printing_that_never_was_cannot_be_revoked(town, projects, time):
    vote = announced(town, projects)
    printed(town, vote, 2)

    with pytest.raises(Refused, match="没有第7次印制"):
        vote_codes.revoke_printing(vote, 7, by=town.clerk, reason="整批遗失")
    assert vote.slips.valid().count() == 2


@pytest.mark.parametrize("number", [0, -1, vote_codes.MOST_AT_ONCE + 1])
def test_slips_are_printed_by_the_clerk_for_a_community_that_votes_in_sensible_numbers(town, projects, number):
    vote = announced(town, projects)

    with pytest.raises(Refused):
        vote_codes.issue(vote, town.community, by=town.clerk, number=number)
    with pytest.raises(PermissionDenied):
        vote_codes.issue(vote, town.community, by=town.auditor, number=1)
    vote.communities.clear()
    with pytest.raises(Refused):
        vote_codes.issue(vote, town.community, by=town.clerk, number=1)


def test_nothing_that_is_stored_joins_a_ballot_to_a_slip(town, projects, time):
    """Neither a value that both carry, nor an order or a time that would tell which came from which."""
    vote = announced(town, projects)
    given = printed(town, vote, 12)
    open_now(time)
    cast_order = [cast(code, projects[0]).pk for code in given]

    slips, kept = list(VoteCode.objects.values_list()), list(Ballot.objects.values_list("pk", "code", "voter"))
    of_slips = {value for row in slips for value in row if isinstance(value, str) and len(value) > 4}

    assert not of_slips & {value for row in kept for value in row}
    assert cast_order != sorted(cast_order)  # one in 12! that chance orders them
    assert not {field.name for field in Ballot._meta.get_fields() if "at" in field.name.split("_")}
    assert not Event.objects.filter(at__gte=vote.opens_at).exists()


# The ballot


def test_a_resident_votes_and_changes_the_vote_and_the_last_one_counts_under_one_number(town, projects, browse, time):
    vote = announced(town, projects)
    [code] = printed(town, vote, 1)
    open_now(time)
    client, address = browse(), ballot_page(code)

    looked = client.post(address, {"approves": [projects[0].pk, projects[1].pk], "check": ""})
    assert (looked.context["face"], looked.context["total"]) == ("check", Decimal("20000.00"))
    assert not Ballot.objects.exists()
    client.post(address, {"approves": [projects[0].pk, projects[1].pk], "cast": ""})
    first = Ballot.objects.get()
    client.post(address, {"approves": [projects[2].pk], "cast": ""})

    ballot = Ballot.objects.get()
    assert (ballot.code, ballot.approved) == (first.code, [projects[2].pk])
    assert ballot.code in client.get(address).content.decode()


@pytest.mark.parametrize(("ticked", "said"), [((0, 1, 2), "最多"), ((), "至少")])
def test_a_spoiled_ballot_keeps_what_was_ticked_and_says_what_is_wrong(town, projects, browse, time, ticked, said):
    vote = announced(town, projects)
    [code] = printed(town, vote, 1)
    open_now(time)
    sent = [projects[at].pk for at in ticked]

    for button in ("check", "cast"):
        answer = browse().post(ballot_page(code), {"approves": sent, button: ""})

        assert answer.context["face"] == "tick"
        assert answer.context["ticked"] == {str(pk) for pk in sent}
        assert said in str(answer.context["form"].non_field_errors())
    assert not Ballot.objects.exists()
    assert not VoteCode.objects.get().is_used


def test_ticks_stay_within_the_money_where_it_was_announced_so(town, projects, time):
    vote = announced(town, projects, max_approvals=None, within_budget=True)
    [code] = printed(town, vote, 1)
    open_now(time)

    with pytest.raises(Refused, match="30,000"):
        cast(code, *projects)
    assert len(cast(code, *projects[:2]).approved) == 2


@pytest.mark.parametrize("approves", ["x", "999999", "-1", "9" * 40, ""])
def test_rubbish_on_a_ballot_is_answered_and_nothing_is_stored(town, projects, browse, time, approves):
    vote = announced(town, projects)
    [code] = printed(town, vote, 1)
    open_now(time)

    assert browse().post(ballot_page(code), {"approves": [approves], "cast": ""}).status_code == 200
    assert not Ballot.objects.exists()


def test_nobody_votes_before_the_opening_or_from_the_end_on(town, projects, time, browse):
    vote = announced(town, projects)
    [code] = printed(town, vote, 1)

    with pytest.raises(Refused):
        cast(code, projects[0])
    assert "2026-05-01 08:00" in browse().get(ballot_page(code)).content.decode()
    time.go(CLOSES - timedelta(seconds=1))
    cast(code, projects[0])
    ended(time)
    with pytest.raises(Refused):
        cast(code, projects[1])
    assert Ballot.objects.get().approved == [projects[0].pk]


def test_a_program_that_fills_in_everything_casts_nothing(town, projects, browse, time):
    vote = announced(town, projects)
    [code] = printed(town, vote, 1)
    open_now(time)

    browse().post(ballot_page(code), {"approves": [projects[0].pk], "cast": "", "website": "http://x"})

    assert not Ballot.objects.exists()


# An open vote, a phone a vote


def test_a_phone_has_one_vote_and_changes_it_and_another_phone_has_its_own(town, projects, time):
    vote = announced(town, projects, codes="device")
    open_now(time)
    address = reverse("evaluations:vote_by_device", args=[vote.pk])
    mine, neighbours = Client(), Client()

    mine.post(address, {"approves": [projects[0].pk], "cast": ""})
    mine.post(address, {"approves": [projects[1].pk], "cast": ""})
    neighbours.post(address, {"approves": [projects[0].pk], "cast": ""})

    assert sorted(ballot.approved for ballot in Ballot.objects.all()) == [[projects[0].pk], [projects[1].pk]]
    assert "较弱" in Client().get(page(vote)).content.decode()


def test_a_cookie_that_was_made_up_is_no_phone(town, projects, time):
    vote = announced(town, projects, codes="device")
    open_now(time)
    forger = Client()
    forger.cookies[codes.DEVICE] = "made-up"

    forger.post(reverse("evaluations:vote_by_device", args=[vote.pk]), {"approves": [projects[0].pk], "cast": ""})

    assert Ballot.objects.get().voter != codes.voter_by_device(vote.pk, "made-up")


def test_one_network_sends_so_many_ballots_an_hour_and_can_always_change_its_own(town, projects, time):
    vote = announced(town, projects, codes="device")
    open_now(time)
    for number in range(balloting.MOST_BALLOTS):
        balloting.cast_with_device(vote, f"phone{number}", sender="net", approved=[projects[0].pk])

    with pytest.raises(Refused):
        balloting.cast_with_device(vote, "one more", sender="net", approved=[projects[0].pk])
    balloting.cast_with_device(vote, "phone0", sender="net", approved=[projects[1].pk])
    assert Ballot.objects.count() == balloting.MOST_BALLOTS


def test_a_vote_with_codes_takes_no_ballot_without_one(town, projects, time, browse):
    vote = announced(town, projects)
    open_now(time)

    with pytest.raises(Refused):
        balloting.cast_with_device(vote, "phone", sender="x", approved=[projects[0].pk])
    page_without_code = browse().post(
        reverse("evaluations:vote_by_device", args=[vote.pk]), {"approves": [projects[0].pk], "cast": ""}
    )
    assert "code" in page_without_code.context["form"].fields
    assert not Ballot.objects.exists()


# Secrecy before the end, the count, the result


def test_before_the_end_everybody_sees_how_many_and_nobody_what(town, projects, browse, time):
    """Also not the clerk: no address, no way of choosing, no workbook gives an interim result away."""
    vote = announced(town, projects)
    given = printed(town, vote, 3)
    open_now(time)
    receipts = [cast(code, projects[0]).code for code in given]
    asked = [browse(one) for one in (None, town.clerk, town.approver, town.auditor)]

    for client in asked:
        seen = client.get(page(vote))
        assert (seen.context["turnout"], seen.context["slips"]) == (3, 3)
        assert "lines" not in seen.context
        for name in ("vote_ballots", "vote_ballots_csv", "vote_ballots_json"):
            assert client.get(reverse(f"evaluations:{name}", args=[vote.pk])).status_code == 404
    chooser = browse(town.clerk).get(reverse("evaluations:selection", args=[town.call.pk]))
    assert "equal_shares" not in dict(chooser.context["form"].fields["objective"].choices)
    assert "vote" not in dict(chooser.context["form"].fields["objective"].choices)
    for objective in ("equal_shares", "vote"):
        with pytest.raises(Refused):
            selecting.add_alternative(town.call, by=town.clerk, name="偷看", objective=objective, budget=Decimal(20000))
    selecting.add_alternative(town.call, by=town.clerk, name="名次", objective="rank", budget=Decimal(20000))
    table = browse(town.clerk).get(reverse("reports:selection", args=[town.call.pk]))
    book = b"".join(table.streaming_content) if table.streaming else table.content
    assert not any(receipt.encode() in book for receipt in receipts)
    assert "居民选票" not in _sheets(book)


def _sheets(book: bytes) -> list[str]:
    return openpyxl.load_workbook(BytesIO(book)).sheetnames


def test_it_is_counted_by_the_clock_once(town, projects, time):
    vote = announced(town, projects)
    first, second, third = printed(town, vote, 3)
    open_now(time)
    cast(first, projects[2])
    cast(second, projects[2], projects[1])
    cast(third, projects[0])
    assert votes.close_ended() == 0
    ended(time)

    assert votes.close_ended in DUTIES
    assert (votes.close_ended(), votes.close_ended()) == (1, 0)

    vote.refresh_from_db()
    assert vote.result["votes"] == {projects[2].number: 2, projects[1].number: 1, projects[0].number: 1}
    assert len(vote.chosen) == 2
    assert projects[2].pk in vote.chosen
    assert vote.result["spent"] == "20000.00"


def test_the_page_counts_it_when_the_clock_has_not_come_round_yet(town, projects, browse, time):
    vote = announced(town, projects)
    [code] = printed(town, vote, 1)
    open_now(time)
    ballot = cast(code, projects[1])
    ended(time)

    seen = browse().get(page(vote))

    first, _entry, _tied = seen.context["lines"][0]
    assert (first.number, first.votes, first.is_chosen) == (projects[1].number, 1, True)
    ballots = browse().get(reverse("evaluations:vote_ballots", args=[vote.pk]) + f"?number={ballot.code.lower()}")
    assert ballots.context["mine"] == [(ballot.code, [(projects[1].number, "项目30")])]


def test_equal_votes_are_decided_by_the_seed_that_was_sealed(town, projects, time):
    vote = announced(town, projects, budget=Decimal("10000.00"))
    first, second = printed(town, vote, 2)
    open_now(time)
    cast(first, projects[0])
    cast(second, projects[1])
    for seed in ("1", "2", "3"):
        tampered_seed(vote, seed)
        lots = sorted([projects[0], projects[1]], key=lambda one: digest_of(f"{seed}:{one.number}"))
        found = votes.count(
            votes.ballots_of(vote), votes.amounts_of(vote), budget=vote.budget, method=vote.method, seed=seed
        )
        assert found.chosen == (lots[0].number,)


def test_what_is_published_can_be_counted_again_and_has_the_printed_digest(town, projects, browse, time, tmp_path):
    vote = announced(town, projects, method="equal_shares")
    for code, project in zip(printed(town, vote, 3), projects, strict=True):
        time.go(OPENS)
        cast(code, project)
    ended(time)
    votes.close_ended()
    vote.refresh_from_db()

    table = browse().get(reverse("evaluations:vote_ballots_csv", args=[vote.pk])).content
    document = browse().get(reverse("evaluations:vote_ballots_json", args=[vote.pk])).content
    file = tmp_path / "vote.json"
    file.write_bytes(document)

    assert sha256(table).hexdigest() == vote.digest
    assert json.loads(document)["ballots_sha256"] == vote.digest
    assert not re.search(rb"voter|slip|community|household", document)
    call_command("recount_vote", str(file))


@pytest.mark.parametrize("method", ["greedy", "equal_shares"])
def test_the_page_says_in_plain_words_how_to_count_again_and_names_no_command(town, projects, browse, time, method):
    vote = announced(town, projects, method=method)
    [code] = printed(town, vote, 1)
    open_now(time)
    cast(code, projects[0])
    ended(time)
    votes.close_ended()

    said = browse().get(page(vote)).content.decode()

    assert reverse("evaluations:vote_ballots_csv", args=[vote.pk]) in said
    assert reverse("evaluations:vote_ballots_json", args=[vote.pk]) in said
    assert "用电子表格软件打开选票表" in said
    assert ("用纸笔就能做" in said) is (method == "greedy")
    assert reverse("evaluations:explained") + "#lots" in said
    assert "manage.py" not in said


def test_a_project_that_withdrew_is_not_counted_and_named(town, projects, browse, time):
    vote = announced(town, projects)
    [code] = printed(town, vote, 1)
    open_now(time)
    cast(code, projects[0], projects[1])
    Project.objects.filter(pk=projects[0].pk).update(state="withdrawn")
    ended(time)

    seen = browse().get(page(vote))

    assert [entry.project for entry in seen.context["left_out"]] == [projects[0]]
    assert Vote.objects.get().chosen == {projects[1].pk}


def test_the_result_becomes_a_way_of_choosing_and_the_draft_of_a_decision(town, projects, time):
    """The vote proposes; who is not chosen has the reason in the draft, and two people decide as everywhere."""
    vote = announced(town, projects, budget=Decimal("10000.00"))
    first, second = printed(town, vote, 2)
    open_now(time)
    cast(first, projects[2])
    cast(second, projects[2])
    ended(time)
    votes.close_ended()
    [task] = [task for task in waiting_for(town.clerk) if "投票" in task.what]
    made = selecting.add_alternative(
        town.call, by=town.clerk, name="居民投票", objective="vote", budget=Decimal("10000.00")
    )

    selecting.take_over(made, by=town.clerk)

    lines = {line.project_id: line for line in current(town.call).lines.all()}
    assert lines[projects[2].pk].outcome == "shortlist"
    assert (lines[projects[0].pk].outcome, "0" in lines[projects[0].pk].reason) == ("", True)
    assert task.url == reverse("evaluations:selection", args=[town.call.pk])
    assert not [task for task in waiting_for(town.clerk) if "接到" in task.what or "居民投票结果" in task.what]


def test_nothing_is_decided_while_residents_are_being_asked(town, projects, time):
    announced(town, projects)
    lines = {projects[0].pk: "shortlist", projects[1].pk: "waitlist", projects[2].pk: "waitlist"}

    with pytest.raises(Refused, match="居民投票"):
        proposed(town, lines)
    ended(time)
    votes.close_ended()
    assert proposed(town, lines).state == "proposed"


def test_an_imported_table_neither_replaces_nor_reads_a_vote_that_runs(town, projects, time):
    vote = announced(town, projects)
    [code] = printed(town, vote, 1)
    open_now(time)
    ballot = cast(code, projects[0])

    voting.store_ballots(town.call, by=town.clerk, ballots={"1": {projects[1].pk}})

    assert Ballot.objects.filter(pk=ballot.pk).exists()
    made = selecting.add_alternative(
        town.call, by=town.clerk, name="票", objective="equal_shares", budget=Decimal("10000.00")
    )
    assert made.result["ballots"] == 1
    assert Alternative.objects.get().chosen == {projects[1].pk}


# Paper


def test_a_paper_ballot_is_keyed_by_two_people_and_counted(town, projects, time):
    vote = announced(town, projects)
    code, other = printed(town, vote, 2)
    open_now(time)
    vote_codes.hand_in(vote, code, by=town.clerk)
    with pytest.raises(Refused):
        vote_codes.hand_in(vote, code, by=town.clerk)
    with pytest.raises(Refused):
        cast(code, projects[0])
    second = _second_clerk(town)

    assert not paper_ballots.key(vote, 1, by=town.clerk, approved=[projects[1].pk])
    assert not paper_ballots.key(vote, 1, by=town.clerk, approved=[projects[0].pk])  # keys again: still one keying
    assert paper_ballots.key(vote, 1, by=second, approved=[projects[0].pk])
    with pytest.raises(Refused, match="1"):
        paper_ballots.key(vote, 2, by=town.clerk, approved=[projects[0].pk])  # one slip was handed in
    cast(other, projects[2])
    ended(time)

    assert votes.close_ended() == 1
    assert Ballot.objects.get(is_paper=True).approved == [projects[0].pk]
    assert Vote.objects.get().result["ballots"] == 2


def test_a_vote_waits_three_days_for_papers_that_are_not_keyed_and_a_void_one_is_no_ballot(town, projects, time):
    vote = announced(town, projects)
    code, other = printed(town, vote, 2)
    open_now(time)
    vote_codes.hand_in(vote, code, by=town.clerk)
    vote_codes.hand_in(vote, other, by=town.clerk)
    ended(time)
    assert votes.close_ended() == 0
    assert [task.what for task in waiting_for(town.clerk) if "纸质" in task.what]

    paper_ballots.key(vote, 1, by=town.clerk, approved=[])
    paper_ballots.key(vote, 1, by=_second_clerk(town), approved=[])
    assert votes.close_ended() == 0
    time.go(CLOSES + timedelta(days=3))

    assert votes.close_ended() == 1
    assert not Ballot.objects.exists()


def _second_clerk(town):
    Membership.objects.get_or_create(
        user=town.auditor, organization=town.bureau, role=Role.STAFF, defaults={"since": OPENS.date()}
    )
    return type(town.auditor).objects.get(pk=town.auditor.pk)


def test_attempts_are_forgotten_after_a_day(town, projects, time):
    announced(town, projects)
    balloting.slip_of("ABCDEFGHJK", sender="x")
    time.go(OPENS)

    votes.close_ended()

    assert not VoteAttempt.objects.exists()


# Pages of the desk


def test_slips_are_printed_by_a_button_and_a_lost_one_again(town, projects, browse, without_layout):
    vote = announced(town, projects)
    client = browse(town.clerk)
    address = reverse("reports:vote_slips", args=[vote.pk])

    assert client.get(address).status_code == 405
    assert "error" in client.post(address, {"community": town.community.pk, "number": "x"}).content.decode()
    printed_now = client.post(address, {"community": town.community.pk, "number": "3"})
    again = client.post(
        reverse("reports:vote_slip_again", args=[VoteCode.objects.get(number=2).pk]), {"reason": "住户遗失"}
    )

    assert [one["Content-Type"] for one in (printed_now, again)] == ["application/pdf"] * 2
    assert "no-store" in printed_now["Cache-Control"]
    assert (VoteCode.objects.count(), VoteCode.objects.valid().count()) == (4, 3)
    assert browse(town.approver).post(address, {"community": town.community.pk, "number": "3"}).status_code == 403


def test_the_desk_pages_answer_and_paper_is_keyed_there(town, projects, browse, time):
    vote = announced(town, projects)
    [code] = printed(town, vote, 1)
    client = browse(town.clerk)
    slips = reverse("evaluations:vote_slips", args=[vote.pk])
    assert client.get(slips + "?number=1").url == reverse("evaluations:vote_slip", args=[VoteCode.objects.get().pk])
    assert client.get(slips + "?number=99999999999").status_code == 200
    open_now(time)
    paper = reverse("evaluations:vote_paper", args=[vote.pk])

    client.post(paper, {"hand_in": "", "code": code})
    client.post(paper, {"key": "", "number": "1", "approves": [projects[0].pk]})
    wrong = client.post(paper, {"key": "", "number": "1"})

    assert vote.papers.get().approved == [projects[0].pk]
    assert wrong.context["paper"].errors["approves"]
    assert wrong.context["rows"] == [(1, "mine")]


# Two at once


def order_of(queries) -> list[str]:
    """Which of vote and slip was read first, in a verb."""
    names = {"evaluations_vote": "vote", "evaluations_votecode": "slip"}
    found = [re.search(r'FROM "(\w+)"', query["sql"]) for query in queries]
    return list(dict.fromkeys(names[one[1]] for one in found if one and one[1] in names))


def test_who_votes_and_who_revokes_hold_vote_and_slip_in_the_same_order(town, projects, time):
    """Otherwise each would wait for the other for ever on PostgreSQL, and one of them would see an error page."""
    vote = announced(town, projects)
    code, lost = printed(town, vote, 2)
    open_now(time)
    slip, other = (balloting.slip_of(one, sender="x") for one in (code, lost))

    with CaptureQueriesContext(connection) as casting:
        balloting.cast_with_code(slip, code, approved=[projects[0].pk])
    with CaptureQueriesContext(connection) as revoking:
        vote_codes.revoke(other, by=town.clerk, reason="遗失")

    assert order_of(casting) == order_of(revoking) == ["vote", "slip"]


# What a new clerk and a resident trip over


def test_what_is_prepared_stands_in_the_list_of_who_prepares_it(town, projects, browse):
    prepared(town, projects)

    seen = [len(browse(one).get(reverse("evaluations:vote_list")).context["votes"]) for one in (town.clerk, town.head)]
    assert (seen, len(browse().get(reverse("evaluations:vote_list")).context["votes"])) == ([1, 0], 0)


def test_a_project_stands_in_one_vote_at_a_time(town, projects, time):
    announced(town, projects[:2])
    again = prepared(town, projects[1:], title="又一场")
    with pytest.raises(Refused, match="另一场"):
        votes.announce(again, by=town.clerk)
    ended(time)
    votes.close_ended()
    later = {"opens_at": CLOSES + timedelta(days=1), "closes_at": CLOSES + timedelta(days=2)}
    Vote.objects.filter(pk=again.pk).update(**{name: timezone.make_aware(at) for name, at in later.items()})

    assert votes.announce(Vote.objects.get(pk=again.pk), by=town.clerk).announced_at


def test_a_slip_that_was_revoked_is_not_called_mistyped(town, projects, browse, time):
    vote = announced(town, projects)
    [code] = printed(town, vote, 1)
    vote_codes.revoke(vote.slips.get(), by=town.clerk, reason="遗失")
    open_now(time)

    typed = browse().post(reverse("evaluations:vote_code"), {"code": code}).text
    scanned = browse().get(ballot_page(code)).text

    assert [("已经作废" in one, "投票码共十位" in one) for one in (typed, scanned)] == [(True, False)] * 2
