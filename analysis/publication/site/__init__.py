"""The built pages as a site: what they load, what is left out, how they are served."""
