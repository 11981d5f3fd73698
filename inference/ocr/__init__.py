"""From the bytes of a document to words with boxes, and to pictures of its pages."""
