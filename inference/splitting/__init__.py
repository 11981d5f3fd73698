"""Several documents in one file: what each page is, and where one document ends and the next begins.

`divide.divide` is the only door.
"""
