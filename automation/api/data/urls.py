from django.urls import path

from automation.api.data import views

urlpatterns = [
    path("documents", views.documents, name="documents"),
    path("documents/<uuid:document_id>", views.document, name="document"),
    path("documents/<uuid:document_id>/events", views.events, name="events"),
    path("documents/<uuid:document_id>/events/<int:event_id>/proof", views.proof, name="event-proof"),
    path("documents/<uuid:document_id>/parts", views.parts, name="parts"),
    path("documents/<uuid:document_id>/content", views.content, name="content"),
    path("documents/<uuid:document_id>/export/<slug:form>", views.export, name="export"),
]
