"""Reading fields from words: candidates, the evidence for each, and the choice between them."""
