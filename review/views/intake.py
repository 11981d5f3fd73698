"""What came in: by channel and hour, what was refused and why, what waits, and whether all of it is accounted for."""

import uuid
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import cast

from django.contrib import messages
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_POST

from automation.documents import storage
from automation.errors import CountersignError
from automation.ingestion import authenticity, intake
from automation.ingestion.channels import KINDS
from automation.ingestion.models import Arrival, Mail
from automation.ingestion.opened import body_of
from automation.ingestion.retry import retry_arrival
from review.access import ADD, OPERATE, VIEW, allowed_entities, needs, rights

HOURS, DAYS, ROWS = 48, 7, 50
SERIES = 6  # colours that the stylesheet has for channels
WIDTH, HEIGHT, FOOT, SIDE = 960, 180, 22, 34  # of the chart, its time axis and its scale


@dataclass(frozen=True, slots=True)
class Bar:
    """One channel's part of one hour, in the chart's own units."""

    x: float
    y: float
    width: float
    height: float
    series: int
    said: str


@dataclass(frozen=True, slots=True)
class Chart:
    """Bars, marks of the hours as (x, text), lines of the scale as (y, text), and the channels in their order."""

    bars: list[Bar]
    hours: list[tuple[float, str]]
    scale: list[tuple[float, int]]
    channels: list[tuple[int, str, int]]
    total: int


@needs(VIEW)
@require_GET
def intake_page(request: HttpRequest) -> HttpResponse:
    user = cast(User, request.user)
    entities = list(allowed_entities(user, VIEW).values_list("pk", flat=True))
    refused, again = intake.refusals(entities), intake.duplicates(entities)
    rows = intake.completeness(entities, days=DAYS)
    context = {
        "here": "intake",
        "chart": chart(intake.by_hour(entities, hours=HOURS)),
        "hours": HOURS,
        "rows": rows,
        "missing": sum(abs(row.missing) for row in rows),
        "refused": refused[:ROWS],
        "refused_count": refused.count(),
        "duplicates": again[:10],
        "stuck": intake.stuck_mails(entities),
        "channels": [(channel, KINDS[channel.kind].title) for channel in intake.channels(entities)],
        "may_retry": set(allowed_entities(user, ADD).values_list("pk", flat=True)),
        "may_configure": bool(rights(user).get(OPERATE)),
    }
    return render(request, "intake.html", context)


@needs(VIEW)
@require_GET
def mail_page(request: HttpRequest, mail_id: uuid.UUID) -> HttpResponse:
    """One mail: who wrote it, its text, and what became of each file. Its pictures and links are not shown."""
    visible = Mail.objects.filter(channel__entity__in=allowed_entities(request.user, VIEW))
    mail = get_object_or_404(visible.select_related("channel", "channel__entity"), pk=mail_id)
    context = {
        "here": "intake",
        "mail": mail,
        "body": body_of(storage.load(mail)),
        "authenticity": authenticity.shown(mail.authenticity),
        "arrivals": mail.arrivals.select_related("document").order_by("pk"),
    }
    return render(request, "mail.html", context)


@needs(ADD)
@require_POST
def retry(request: HttpRequest, arrival_id: int) -> HttpResponse:
    """Take a refused file in again. What became of it is said above the page."""
    visible = Arrival.objects.filter(entity__in=allowed_entities(request.user, ADD), outcome="refused")
    arrival = get_object_or_404(visible, pk=arrival_id)
    try:
        outcomes = retry_arrival(arrival.pk, acting_user=cast(User, request.user))
    except CountersignError as error:
        messages.error(request, f"{arrival.filename}: {error.message}")
        return redirect("intake")
    for outcome in outcomes:
        if outcome.accepted is not None:
            said = "is a duplicate" if outcome.accepted.duplicate else "is taken in"
            messages.success(request, f"{outcome.filename} {said}.")
        elif outcome.refusal is not None:
            messages.error(request, f"{outcome.filename} is refused again: {outcome.refusal.message}")
    return redirect("intake")


def chart(counted: Mapping[datetime, Counter[str]]) -> Chart:
    """The hours as stacked bars: the channel with the most files at the bottom; what exceeds SERIES is one more."""
    totals: Counter[str] = sum(counted.values(), Counter())
    names = [name for name, _ in totals.most_common()]
    series = {name: min(number, SERIES - 1) for number, name in enumerate(names)}
    top = _rounded(max((hour.total() for hour in counted.values()), default=0))
    step, room = (WIDTH - SIDE) / max(1, len(counted)), HEIGHT - FOOT - 8
    bars, hours = [], []
    for number, (hour, counts) in enumerate(counted.items()):
        x, y = SIDE + number * step, float(HEIGHT - FOOT)
        for name in names:
            if counts[name]:
                height = counts[name] / top * room
                y -= height
                said = f"{hour:%d %b %H}:00, {name}: {counts[name]}"
                bars.append(Bar(round(x + 1, 1), round(y, 1), round(step - 2, 1), round(height, 1), series[name], said))
        if hour.hour % 6 == 0:
            hours.append((round(x, 1), f"{hour:%H}:00" if hour.hour else f"{hour:%d %b}"))
    scale = [(round(HEIGHT - FOOT - part * room / 2, 1), top * part // 2) for part in range(3)]
    listed = [(series[name], name, totals[name]) for name in names]
    return Chart(bars, hours, scale, listed, totals.total())


def _rounded(most: int) -> int:
    """The even number at the top of the scale."""
    for unit in (2, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000):
        if most <= unit:
            return unit
    return most + most % 2
