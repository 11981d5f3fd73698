"""Training of the readers of scans: words drawn in many fonts and worn like paper, and pages of them."""
