"""What governance sets, through the same actions as everywhere else: each checks the right and writes its event."""

from typing import Any, cast

from django import forms
from django.contrib import admin, messages
from django.contrib.auth.models import User
from django.db.models import Model, QuerySet, TextField
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from unfold.widgets import UnfoldAdminTextInputWidget

from audit.models import LegalHold, RetentionRule, RetentionSchedule
from automation.errors import CountersignError
from review.access import may_govern, roles_of
from review.actions import absence, people, retention
from review.actions.erase_person import erase_person
from review.console.records import ReadOnly
from review.console.site import site
from review.models import Limit, StandIn


class Governed(ReadOnly):
    """A form whose saving is an action: `act` does it as the person, and what it refuses is shown."""

    formfield_overrides = {TextField: {"widget": UnfoldAdminTextInputWidget}}

    def act(self, person: User, given: dict[str, Any], obj: Any, change: bool) -> None:
        raise NotImplementedError

    def has_add_permission(self, request: HttpRequest) -> bool:
        return may_govern(cast(User, request.user))

    def save_model(self, request: HttpRequest, obj: Model, form: forms.ModelForm[Any], change: bool) -> None:
        try:
            self.act(cast(User, request.user), form.cleaned_data, obj, change)
        except CountersignError as error:
            messages.error(request, error.message)
        else:
            messages.success(request, "Done. The log has it.")

    def response_add(self, request: HttpRequest, obj: Model, post_url_continue: str | None = None) -> HttpResponse:
        return redirect(f"admin:{self.opts.app_label}_{self.opts.model_name}_changelist")

    def response_change(self, request: HttpRequest, obj: Model) -> HttpResponse:
        return self.response_add(request, obj)


class RuleSetting(Governed):
    list_display = ("kind", "country", "years", "basis", "set_by", "at")
    fields = ("kind", "country", "years", "basis")
    ordering = ("-pk",)

    def act(self, person: User, given: dict[str, Any], obj: Any, change: bool) -> None:
        retention.set_rule(given["country"], given["years"], given["basis"], acting_user=person, kind=given["kind"])


class ScheduleSetting(Governed):
    list_display = ("at", "enabled", "because", "set_by")
    fields = ("enabled", "because")
    ordering = ("-pk",)

    def act(self, person: User, given: dict[str, Any], obj: Any, change: bool) -> None:
        retention.set_schedule(given["enabled"], given["because"], acting_user=person)


class Placing(forms.ModelForm[LegalHold]):
    class Meta:
        model = LegalHold
        fields = ("subject", "reason")
        help_texts = {"subject": "document:ID, supplier:ID or entity:ID"}


class Releasing(forms.ModelForm[LegalHold]):
    because = forms.CharField(label="Why it is released", widget=UnfoldAdminTextInputWidget)

    class Meta:
        model = LegalHold
        fields = ()


class HoldSetting(Governed):
    """A hold is placed by adding it and released by saving it with a reason."""

    list_display = ("subject", "reason", "placed_by", "placed_at", "released_by", "released_at")
    search_fields = ("subject", "reason")
    ordering = ("-pk",)

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        open_hold = isinstance(obj, LegalHold) and obj.released_at is None
        return open_hold and may_govern(cast(User, request.user))

    def get_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        shown = ("subject", "reason", "placed_by", "placed_at", "released_by", "released_at")
        if obj is None:
            return ("subject", "reason")
        return (*shown, "because") if self.has_change_permission(request, obj) else shown

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return () if obj is None else ("subject", "reason", "placed_by", "placed_at", "released_by", "released_at")

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **options: Any) -> Any:
        options["form"] = Releasing if change else Placing
        return super().get_form(request, obj, change, **options)

    def act(self, person: User, given: dict[str, Any], obj: Any, change: bool) -> None:
        if change:
            retention.release_hold(obj.pk, given["because"], acting_user=person)
        else:
            kind, _, key = given["subject"].partition(":")
            retention.place_hold(kind, key, given["reason"], acting_user=person)


class LimitSetting(Governed):
    list_display = ("person", "entity", "cost_centre", "amount", "currency")
    fields = ("person", "entity", "cost_centre", "currency", "amount")

    def act(self, person: User, given: dict[str, Any], obj: Any, change: bool) -> None:
        absence.set_limit(
            given["person"],
            given["amount"],
            given["currency"],
            given["entity"],
            cost_centre=given["cost_centre"],
            acting_user=person,
        )


class StandInRecords(ReadOnly):
    list_display = ("absent", "deputy", "first_day", "last_day", "ended_at")
    ordering = ("-pk",)


class Erasing(forms.ModelForm[User]):
    because = forms.CharField(label="Why what is known of this person is erased", widget=UnfoldAdminTextInputWidget)

    class Meta:
        model = User
        fields = ()


class PeopleRecords(Governed):
    """Who is here and what they may do. Accounts are closed here, and what is known of the person is erased by saving a
    closed one with a reason; roles are given on the page People."""

    list_display = ("username", "email", "roles", "is_active", "last_login")
    search_fields = ("username", "email", "last_name")
    list_filter = ("is_active",)
    actions = ("close_accounts",)
    shown = ("username", "first_name", "last_name", "email", "roles", "is_active", "last_login", "date_joined")

    def get_queryset(self, request: HttpRequest) -> QuerySet[User]:
        return cast(QuerySet[User], super().get_queryset(request)).exclude(username="AnonymousUser")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        closed = isinstance(obj, User) and not obj.is_active
        return closed and may_govern(cast(User, request.user))

    def get_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return (*self.shown, "because") if self.has_change_permission(request, obj) else self.shown

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return self.shown

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **options: Any) -> Any:
        return super().get_form(request, obj, change, **{**options, "form": Erasing})

    def act(self, person: User, given: dict[str, Any], obj: Any, change: bool) -> None:
        erase_person(obj, given["because"], acting_user=person)

    @admin.display(description="Roles")
    def roles(self, person: User) -> str:
        return ", ".join(f"{role} ({entity.name if entity else 'all'})" for role, entity in roles_of(person))

    @admin.action(description="Close these accounts")
    def close_accounts(self, request: HttpRequest, chosen: QuerySet[User]) -> None:
        for person in chosen:
            try:
                people.close_account(person, acting_user=cast(User, request.user))
            except CountersignError as error:
                messages.error(request, f"{person.username}: {error.message}")
            else:
                messages.success(request, f"The account {person.username} is closed.")


site.register(RetentionRule, RuleSetting)
site.register(RetentionSchedule, ScheduleSetting)
site.register(LegalHold, HoldSetting)
site.register(Limit, LimitSetting)
site.register(StandIn, StandInRecords)
site.register(User, PeopleRecords)
