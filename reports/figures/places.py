"""Where needs are open and money is missing, and how organisations are rated."""

from collections import Counter

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from evaluations.models import StarYear
from grants.models import ServiceField
from people.models import Community, ground_of
from people.territory import inside
from projects.gap_facts import USUAL, gaps, money_by_place
from reports import chart_style, charts
from reports.charts import Heat
from reports.figures.board import Board
from reports.figures.picture import Picture, amount, count, label


def gap(board: Board) -> Picture:
    """Need × money: the darker, the more open needs; an edge where somebody asked and nothing is funded."""
    is_somebody = board.user is not None and board.user.is_authenticated  # a command may ask for all bureaus
    bureaus = board.user.bureaus if is_somebody else {}
    regions = bureaus.values() if is_somebody else None
    table, money = gaps(USUAL, regions=regions), money_by_place(USUAL, regions=regions)
    communities = Community.objects.filter(pk__in=table.communities)
    if board.place:
        communities = communities.filter(inside("region_code", board.place))
    near = set(communities.filter(ground_of("region_code", bureaus)).values_list("pk", flat=True))
    fields: list[tuple[int | None, str]] = list(ServiceField.objects.values_list("pk", "name"))
    used = {field for _c, field in (*table.needs, *table.funded)}
    fields = [one for one in [*fields, (None, _("Unsorted"))] if one[0] in used]
    title, unit = _("Needs and money, by community"), _("open needs / funded projects")
    several = len({community.street for community in communities}) > 1
    drawn, rows = [], []
    for community in communities:
        cells = []
        for field, name in fields:
            cell, yuan = table.cell(community.pk, field), money[community.pk, field]
            shown = cell.needs or cell.funded
            text = f"{cell.needs} / {cell.funded}" if shown else ""
            cells.append(Heat(cell.needs, text, cell.is_gap))
            if shown:
                asked = f"?years={USUAL}" + (f"&field={field}" if field else "")
                url = reverse("projects:need_gap", args=[community.pk]) + asked if community.pk in near else ""
                rows.append([
                    label(community), label(name), count(cell.needs, url), count(cell.funded, url), amount(yuan, url),
                    label(_("money is missing") if cell.is_gap else ""),
                ])  # fmt: skip
        drawn.append((str(community) if several else community.name, tuple(cells)))
    lines, columns = tuple(drawn), tuple(name for _pk, name in fields)

    def draw(size: chart_style.Size) -> str:
        if size.width < chart_style.PAPER.width and len(columns) > 4:  # turned: there is more room downwards
            turned = tuple((name, tuple(cells[at] for _c, cells in lines)) for at, name in enumerate(columns))
            names = tuple(name for name, _cells in lines)
            if len(names) <= 4:
                return charts.heat(title, names, turned, unit, size)
        return charts.heat(title, columns, lines, unit, size) if columns and lines else ""

    return Picture(
        "gap",
        title,
        unit,
        _(
            "Each cell says: open needs / funded projects, of all funders. The darker, the more needs; a red edge: "
            "needs and no project. Projects count while they run and 12 months after; one in several communities "
            "counts, with its whole money, in each. Year and call do not narrow it."
        ),
        [_("Community"), _("Service field"), _("Open needs"), _("Projects"), _("Awarded (yuan)"), _("Mark")],
        rows,
        draw,
        _("No needs and no funded projects yet"),
        is_wide=True,
    )


def stars(board: Board) -> Picture:
    """How many organisations have how many stars, in the newest published year."""
    years = StarYear.objects.published().select_related("funder")
    if not board.is_public:
        years = years.filter(funder__in=list(board.user.roles))
    year = years.first()
    title, unit = _("Stars of organisations"), pgettext("unit", "organisations")
    counted_stars: Counter[int | None] = Counter(year.stars.values_list("stars", flat=True)) if year else Counter()
    page = reverse("evaluations:star_ranking", args=[year.pk]) if year else ""
    order = range(5, 0, -1)
    drawn = tuple(("★" * n, counted_stars[n]) for n in order)
    rows = [[label("★" * n), count(counted_stars[n], f"{page}?stars={n}")] for n in order] if year else []
    how = _("The newest year that is published. Filters of this page do not narrow it.")
    return Picture(
        "stars",
        title,
        unit,
        f"{year.title} · {year.funder}。{how}" if year else how,
        [_("Stars"), _("Organisations")],
        rows,
        lambda size: charts.bar(title, drawn, unit, size),
        _("No stars have been published yet."),
        is_narrowed=False,
    )
