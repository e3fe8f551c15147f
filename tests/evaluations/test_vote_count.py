"""Both counts of a residents' vote, worked out by hand, and the published file that anybody can count again."""

import hashlib
import json
from decimal import Decimal

import pytest
from django.core.management import CommandError, call_command

from evaluations.published_vote import BOM, Unreadable, as_csv, recount
from evaluations.vote_count import count, digest_of

AMOUNTS = {"A": Decimal("6000.00"), "B": Decimal("5000.00"), "C": Decimal("4000.00"), "D": Decimal("3000.00")}


def ballots(*written: str) -> dict[str, list[str]]:
    """One ballot a word: "AB" approves A and B."""
    return {f"{number:03d}": list(word) for number, word in enumerate(written, start=1)}


def test_most_votes_first_as_far_as_the_money_reaches_and_what_does_not_fit_is_passed_over():
    """Votes: A 4, B 3, C 2, D 1. Of 10,000: A leaves 4,000; B (5,000) does not fit; C leaves 0; D does not fit."""
    found = count(ballots("AB", "AB", "ABC", "AC", "D"), AMOUNTS, budget=Decimal(10000), method="greedy", seed="s")

    assert found.votes == {"A": 4, "C": 2, "B": 3, "D": 1}
    assert found.chosen == ("A", "C")
    assert [(line.number, line.left) for line in found.lines] == [
        ("A", Decimal("4000.00")), ("C", Decimal("0.00")), ("B", None), ("D", None),
    ]  # fmt: skip
    assert (found.spent, found.share) == (Decimal("10000.00"), None)
    assert "1,000.00" in found.lines[2].sentence  # what B lacks of its 5,000 when 4,000 are left


def test_a_fen_too_much_does_not_fit():
    assert count(ballots("A"), AMOUNTS, budget=Decimal("6000.00"), method="greedy", seed="s").chosen == ("A",)
    assert count(ballots("A"), AMOUNTS, budget=Decimal("5999.99"), method="greedy", seed="s").chosen == ()


def test_equal_shares_gives_a_minority_its_part_where_most_votes_would_not():
    """Five ballots, 10,000 yuan: 2,000 each. Three approve A (6,000) and B (5,000), two approve C (4,000).

    Cost utility: the highest price a supporter pays for a yuan of utility is A 2,000/6,000 = 1/3, B 1,667/5,000 = 1/3,
    C 2,000/4,000 = 1/2. A and B are equal; whichever the lot puts first is bought. With A first its three supporters
    have nothing left; the other two buy C with all they have. Plain counting takes A and then C only because B does not
    fit; with 11,000 yuan it takes A and B, and the two get nothing.
    """
    given = ballots("AB", "AB", "AB", "C", "C")
    seed = next(str(n) for n in range(100) if _lots(str(n))[0] == "A")

    shares = count(given, AMOUNTS, budget=Decimal(10000), method="equal_shares", seed=seed)

    assert shares.chosen == ("A", "C")
    assert shares.share == Decimal("2000.00")
    assert [line.by_shares for line in shares.lines[:2]] == [True, True]
    assert count(given, AMOUNTS, budget=Decimal(11000), method="greedy", seed="s").chosen == ("A", "B")
    assert count(given, AMOUNTS, budget=Decimal(11000), method="equal_shares", seed=seed).chosen == ("A", "C")


def _lots(seed: str) -> list[str]:
    """The order of the lots as `sha256sum` gives it."""
    return sorted("AB", key=lambda one: hashlib.sha256(f"{seed}:{one}".encode()).hexdigest())


def test_equal_votes_are_decided_by_the_lot_of_the_stated_seed():
    """A and B have one vote each and only one fits. The lot of the seed decides, whoever stands first in the list."""
    for seed in ("1", "2", "3", "4", "5"):
        for amounts in ({"A": Decimal(5), "B": Decimal(5)}, {"B": Decimal(5), "A": Decimal(5)}):
            found = count(ballots("A", "B"), amounts, budget=Decimal(5), method="greedy", seed=seed)
            assert found.chosen == (_lots(seed)[0],)
    assert {_lots(str(seed))[0] for seed in range(5)} == {"A", "B"}


def test_a_project_that_cannot_be_chosen_any_more_loses_its_ticks_and_the_ballot_still_counts():
    amounts = {"B": Decimal("100.00")}

    found = count(ballots("A", "AB"), amounts, budget=Decimal(100), method="equal_shares", seed="s")

    assert found.votes == {"B": 1}
    assert (found.ballots, found.share) == (2, Decimal("50.00"))
    assert found.chosen == ("B",)  # not by the shares, which have 50 yuan, but with what is left over
    assert not found.lines[0].by_shares


@pytest.mark.parametrize("method", ["greedy", "equal_shares"])
def test_without_a_ballot_nothing_is_chosen(method):
    found = count({}, AMOUNTS, budget=Decimal(10000), method=method, seed="s")

    assert (found.chosen, found.spent, found.ballots) == ((), Decimal(0), 0)


def test_an_unknown_rule_is_no_rule():
    with pytest.raises(ValueError, match="dice"):
        count({}, AMOUNTS, budget=Decimal(1), method="dice", seed="s")


# The published file


def published(**changes) -> dict:
    given = ballots("AB", "A", "C")
    return {
        "method": "greedy", "budget": "10000.00", "seed": "abc", "seed_sha256": digest_of("abc"),
        "ballots_sha256": digest_of(as_csv(given)),
        "projects": [{"number": number, "amount": str(amount), "counts": True} for number, amount in AMOUNTS.items()],
        "ballots": [{"number": number, "approves": approved} for number, approved in given.items()],
        "result": {"chosen": ["A", "C"], "votes": {"A": 2, "B": 1, "C": 1, "D": 0}, "spent": "10000.00"},
    } | changes  # fmt: skip


def _seed_with_c_before_b() -> str:
    def lot(seed: str, one: str) -> str:
        return hashlib.sha256(f"{seed}:{one}".encode()).hexdigest()

    return next(str(n) for n in range(100) if lot(str(n), "C") < lot(str(n), "B"))


def honest(**changes) -> dict:
    seed = _seed_with_c_before_b()
    return published(seed=seed, seed_sha256=digest_of(seed)) | changes


def test_the_table_is_what_its_digest_is_of():
    text = as_csv({"K2": {"B", "A"}, "K1": ["C"]})

    assert text == BOM + "票号,项目编号\r\nK1,C\r\nK2,A B\r\n"
    assert digest_of(text) == hashlib.sha256(text.encode()).hexdigest()


def test_an_honest_file_comes_out_as_published(tmp_path, capsys):
    file = tmp_path / "vote.json"
    file.write_text(json.dumps(honest()), encoding="utf-8")

    call_command("recount_vote", str(file))

    said = capsys.readouterr().out
    assert "与公布的一致" in said
    assert honest()["ballots_sha256"] in said


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"ballots": [{"number": "001", "approves": ["B"]}]}, "选票"),
        ({"result": {"chosen": ["B"], "votes": {"A": 2, "B": 1, "C": 1, "D": 0}, "spent": "5000.00"}}, "A、C"),
        ({"seed_sha256": digest_of("another")}, "种子"),
    ],
)
def test_a_file_that_was_changed_is_said_to_differ(tmp_path, change, said):
    file = tmp_path / "vote.json"
    file.write_text(json.dumps(honest(**change)), encoding="utf-8")

    with pytest.raises(CommandError, match=said):
        call_command("recount_vote", str(file))


@pytest.mark.parametrize("text", ["", "{}", "[]", "no json", '{"ballots": 3}', json.dumps(honest(budget="x"))])
def test_what_is_no_such_file_is_refused_with_words(tmp_path, text):
    file = tmp_path / "vote.json"
    file.write_text(text)

    with pytest.raises(CommandError):
        call_command("recount_vote", str(file))


def test_the_table_of_ballots_is_no_file_for_counting_and_the_other_file_is_named(tmp_path):
    file = tmp_path / "vote-1-ballots.csv"
    file.write_text(as_csv({"K1": ["A"]}), encoding="utf-8")

    with pytest.raises(CommandError, match=r"请使用.*json"):
        call_command("recount_vote", str(file))


def test_a_ballot_that_stands_twice_is_found():
    document = honest()
    document["ballots"] += document["ballots"][:1]

    assert len(recount(document).differences) == 1
    with pytest.raises(Unreadable):
        recount(document | {"method": "dice"})
