"""Electronic invoices: CII (Factur-X, ZUGFeRD 1 and 2, XRechnung) and UBL, by themselves or inside a PDF.

Everything that touches a file's bytes runs inside `inference.sandbox`.
"""
