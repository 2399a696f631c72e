"""The specification curve and the bootstrap as array code, beside a plain statsmodels loop: `python -m bench.models`."""

from __future__ import annotations

from bench.measure import fresh, store

# Areas of the bootstrap: a large city, the big cities, the country.
AREAS = (500, 2_500, 13_000)

# A measurement is stopped after so many seconds.
LONGEST = 900


def main() -> dict[str, object]:
    """Measure, print and write `_build/bench/models.json`; every time is a median of five runs on one core."""
    found = {"specification": fresh("bench.loops", "curve", seconds=LONGEST)}
    found |= {f"bootstrap_{areas}": fresh("bench.loops", "bootstrap", str(areas), seconds=LONGEST) for areas in AREAS}
    for name, told in found.items():
        cells = (f"{key} {value:.3g}" if isinstance(value, float) else f"{key} {value}" for key, value in told.items())
        print(f"{name:16} {', '.join(cells)}", flush=True)
    return store("models", found)


if __name__ == "__main__":
    main()
