"""An inspection: what stacks declare, held against what their clusters have. Reads, and changes nothing."""
