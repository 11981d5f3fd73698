"""Files that a browser or a program uploads, kept on disk while they come in, and only as far as they may be large."""

from django.conf import settings
from django.core.files.uploadedfile import TemporaryUploadedFile
from django.core.files.uploadhandler import TemporaryFileUploadHandler


class MeasuringUploadHandler(TemporaryFileUploadHandler):
    """Stops writing past DOCUMENT_MAX_BYTES and goes on counting: `size` is true, the disk does not fill up."""

    file: TemporaryUploadedFile

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes | None:
        if start <= settings.DOCUMENT_MAX_BYTES:
            self.file.write(raw_data)
        return None
