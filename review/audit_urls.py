"""The auditor's pages, below /audit/."""

from django.urls import URLPattern, path

from review.views import audit, retention

urlpatterns: list[URLPattern] = [
    path("", audit.log, name="audit-log"),
    path("completeness/", audit.complete, name="audit-complete"),
    path("packs/", audit.packs, name="audit-packs"),
    path("packs/<int:pack_id>/", audit.pack_file, name="audit-pack"),
    path("proofs/<uuid:document_id>/<int:event_id>/", audit.proof, name="event-proof"),
    path("retention/", retention.retention, name="audit-retention"),
    path("retention/rule/", retention.change_rule, name="retention-rule"),
    path("retention/schedule/", retention.change_schedule, name="retention-schedule"),
    path("retention/hold/", retention.hold, name="retention-hold"),
    path("retention/hold/<int:hold_id>/release/", retention.release, name="retention-release"),
    path("retention/erase/", retention.erase, name="retention-erase"),
]
