from django.urls import URLPattern, path

from review.views import change, decide, document, pages, queue, runs, session, upload

urlpatterns: list[URLPattern] = [
    path("", queue.queue, name="queue"),
    path("counts/", queue.queue_counts, name="queue-counts"),
    path("sign-in/", session.sign_in, name="sign-in"),
    path("sign-out/", session.sign_out, name="sign-out"),
    path("upload/", upload.upload, name="upload"),
    path("upload/file/", upload.upload_file, name="upload-file"),
    path("upload/<uuid:document_id>/", upload.upload_progress, name="upload-progress"),
    path("runs/", runs.runs, name="runs"),
    path("runs/counts/", runs.run_counts, name="run-counts"),
    path("runs/queues/", runs.queue_table, name="run-queues"),
    path("runs/<uuid:run_id>/", runs.run, name="run"),
    path("runs/<uuid:run_id>/<slug:action>/", runs.operate_run, name="operate-run"),
    path("documents/<uuid:document_id>/", document.document, name="document"),
    path("documents/<uuid:document_id>/original/", pages.original, name="original"),
    path("documents/<uuid:document_id>/pages/<int:number>/<int:width>.webp", pages.page_picture, name="page-picture"),
    path("documents/<uuid:document_id>/pages/<int:number>/words/", pages.page_words, name="page-words"),
    path("documents/<uuid:document_id>/fields/<slug:name>/", change.correct_field, name="correct-field"),
    path("documents/<uuid:document_id>/lines/", change.correct_lines, name="correct-lines"),
    path("documents/<uuid:document_id>/undo/", change.undo, name="undo"),
    path("documents/<uuid:document_id>/comment/", change.comment, name="comment"),
    path("documents/<uuid:document_id>/decide/", decide.decide, name="decide"),
    path("documents/<uuid:document_id>/reject/", decide.reject, name="reject"),
    path("documents/<uuid:document_id>/postpone/", decide.postpone, name="postpone"),
]
