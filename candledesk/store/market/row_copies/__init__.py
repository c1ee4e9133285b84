"""Two more copies of every row of the small tables, so that a damaged row is noticed and restored (rule 7)."""
