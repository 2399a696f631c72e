"""What makes the rendered book a good site: glossary links, sharing, citing, dates, a page for a wrong address."""
