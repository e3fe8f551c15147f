"""One of very many: a box while they are few, a line to type in when they are many; of places the region first."""

import re

import pytest

from core import choosing
from grants.models import Need
from people.choosing import offered_codes, places
from people.models import Community, Organization

pytestmark = pytest.mark.one_database
NEED = "/needs/new/"
WORDS = {"title": "看病没人陪", "text": "没人陪", "contact": "张阿姨", "website": ""}


@pytest.fixture
def communities(town, monkeypatch):
    """Five more than the town's one, where a list box holds three: two of the same name in two streets."""
    monkeypatch.setattr(choosing, "OFFERED", 3)
    rows = (
        ("110105030002", "民旺社区", "柳溪镇", "朝阳区"),
        ("110105031001", "民旺社区", "和平街道", "朝阳区"),
        ("110106030001", "莲花池社区", "太平桥街道", "丰台区"),
        ("110106030002", "莲花里社区", "太平桥街道", "丰台区"),
        ("110106030003", "莲香园社区", "太平桥街道", "丰台区"),
    )
    return [
        Community.objects.create(region_code=code, name=name, street=street, district=district)
        for code, name, street, district in rows
    ]


def sent(browse, typed: str):
    """What comes back when a need is reported from the community that is typed."""
    return browse().post(NEED, WORDS | {"community": typed})


def options(response) -> list[str]:
    """What the list of communities offers."""
    box = re.search(r'<select name="community".*?</select>', response.content.decode(), re.S)
    return re.findall(r'<option value="([^"]+)"', box[0]) if box else []


def test_few_communities_are_a_list_box(town, browse):
    assert options(browse().get(NEED)) == [str(town.community.pk)]


def test_many_are_a_line_to_type_in(communities, browse):
    page = browse().get(NEED)

    assert options(page) == []
    assert '<input type="text" name="community"' in page.content.decode()
    assert "region_code" not in page.content.decode()  # a column of the database is no label


@pytest.mark.parametrize(
    "typed",
    ["莲香园", "丰台区太平桥街道莲香园社区", "丰台 莲香园", "110106030003", "１１０１０６０３０００３", " 莲香园社区 "],
)
def test_words_that_fit_one_alone_choose_it(communities, browse, typed):
    sent(browse, typed)

    assert Need.objects.get().community.name == "莲香园社区"


def test_of_several_that_fit_one_chooses_from_a_list_and_nothing_typed_is_lost(communities, browse):
    again = sent(browse, "民旺")

    names = re.findall(r'<option value="#[0-9]+"[^>]*>([^<]+)</option>', again.content.decode())
    assert names == ["柳溪镇民旺社区 110105030002", "和平街道民旺社区 110105031001"]
    assert "没人陪" in again.content.decode()
    assert not Need.objects.exists()
    sent(browse, options(again)[1])
    assert Need.objects.get().community.region_code == "110105031001"


@pytest.mark.parametrize(
    ("typed", "answer"),
    [
        ("火星", "没有找到这个名称"),
        ("社区", "符合的超过一百个"),
        ("%", "没有找到这个名称"),
        ("a\x00b", ""),
        ("", "请填写这一项"),
    ],
)
def test_what_fits_nothing_or_too_much_is_said_at_the_field_and_stays(communities, browse, typed, answer):
    page = sent(browse, typed)

    assert answer in page.context["form"].errors["community"][0]
    assert not Need.objects.exists()


def test_a_name_that_is_part_of_another_is_taken_when_it_is_typed_whole(town, communities, browse):
    Community.objects.create(region_code="110106030004", name="莲香园社区东里", street="太平桥街道", district="丰台区")

    sent(browse, "太平桥街道莲香园社区")

    assert Need.objects.get().community.region_code == "110106030003"


def test_what_is_stored_stands_in_the_line_by_its_name(town, communities, browse):
    Organization.objects.filter(pk=town.centre.pk).update(community=communities[4])

    page = browse(town.head).get(f"/organizations/{town.centre.pk}/edit/").content.decode()

    assert 'value="太平桥街道莲香园社区 110106030003"' in page


def test_while_one_types_what_fits_is_offered(communities, browse):
    offered = browse().get("/communities/choices/", {"from": "community", "community": "民旺 和平"})

    assert offered.content.decode() == '<option value="和平街道民旺社区 110105031001"></option>'
    assert browse().get("/communities/choices/", {"from": "community", "community": " "}).content == b""
    assert browse().get("/communities/choices/").content == b""


def test_hosts_are_offered_to_who_is_signed_in_and_only_those_that_can_sign(town, browse):
    def offered(person, typed):
        return browse(person).get("/organizations/hosts/", {"from": "host", "host": typed})

    assert offered(town.head, "社区服务").content.decode() == (
        '<option value="柳溪社区服务中心 91110108551385082Q"></option>'
    )
    assert offered(town.head, "合唱").content == b""
    assert offered(None, "社区服务").status_code == 302


def test_few_places_are_offered_as_they_are(communities):
    assert [name for _code, name in places(Community.objects.all())] == [
        "朝阳区柳溪镇",
        "朝阳区和平街道",
        "丰台区太平桥街道",
    ]


def test_of_many_places_the_region_comes_first_and_then_what_lies_in_it():
    codes = [f"{district}{street:03}" for district in range(110101, 110121) for street in range(30)]

    assert offered_codes(codes) == [str(district) for district in range(110101, 110121)]
    assert offered_codes(codes, "110105")[4:7] == ["110105", "110105000", "110105001"]
    assert len(offered_codes(codes, "110105007")) == 20 + 30


def test_of_places_in_very_many_districts_the_cities_come_first():
    streets = [f"{number:02}00{street}" for number in range(1, 41) for street in (1, 2)]
    codes = [f"{city}{street}" for city in range(1101, 1111) for street in streets]

    assert offered_codes(codes) == [str(city) for city in range(1101, 1111)]
    assert offered_codes(codes, "110103")[:6] == ["1101", "110101", "110102", "110103", "110103001", "110103002"]
