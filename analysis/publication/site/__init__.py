"""What makes the rendered book a good site: what it loads, finding, sharing, citing, printing, publishing and checking it."""
