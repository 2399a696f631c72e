"""Veerkracht versterken in de stad: from the publishers' figures to the reader, in one direction."""
