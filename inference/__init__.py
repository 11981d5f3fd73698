"""Reading and understanding of invoices. Imports no Django: it can be trained and served on its own."""
