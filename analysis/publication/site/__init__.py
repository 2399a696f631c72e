"""What the site adds to the pages: files that scripts load when a reader asks for them, and the pages that load them."""
