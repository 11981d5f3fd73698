from django.urls import path

from automation.api.control import channels, log, views

urlpatterns = [
    path("runs", views.runs, name="runs"),
    path("runs/<uuid:run_id>", views.run, name="run"),
    path("runs/<uuid:run_id>/timeline", views.run_timeline, name="timeline"),
    path("runs/<uuid:run_id>/actions", views.actions, name="actions"),
    path("queues", views.queue_list, name="queues"),
    path("channels", channels.channels, name="channels"),
    path("channels/<uuid:channel_id>", channels.channel, name="channel"),
    path("channels/<uuid:channel_id>/fetch", channels.fetch, name="fetch-channel"),
    path("log/heads", log.heads, name="log-heads"),
    path("log/consistency", log.consistency, name="log-consistency"),
    path("downstreams", views.downstream_list, name="downstreams"),
]
