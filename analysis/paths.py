"""Named folders, nothing else."""

from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BOOK = ROOT / "book"
DATA = ROOT / "data"
RESULTS = ROOT / "results"
BUILD = ROOT / "_build"
EXECUTED = BUILD / "executed"
KEPT = BUILD / "kept"
RUNS = BUILD / "runs"
SOURCE = BUILD / "source"
HTML = BUILD / "html"
REGISTER = BUILD / "register.json"

# The file that tells a renderer that a folder of sources was laid ready by the builder.
MARKER = ".staged"
