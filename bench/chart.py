"""A chart of growth as SVG: a line a verb, cases from left to right, times the floor upwards, both by doubling."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from math import log2

WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM = 920, 420, 60, 370, 30, 50
COLOURS = ("#1d70b8", "#00703c", "#d4351c", "#4c2c92", "#b58840", "#0b0c0c", "#f47738", "#5694ca")


def growth(counts: Sequence[int], lines: Mapping[str, Sequence[float]], title: str) -> str:
    """The chart; each line has a ratio for each count."""
    highest = max(max(ratios) for ratios in lines.values())
    steps = [2**power for power in range(int(log2(max(highest, 2))) + 2)]
    across, up = _scale(counts, LEFT, WIDTH - RIGHT), _scale(steps, HEIGHT - BOTTOM, TOP)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" font-family="sans-serif" font-size="12">',
        f"<title>{escape(title)}</title>",
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#fff"/>',
    ]
    for step in steps:
        parts.append(f'<path d="M{LEFT} {up(step):.1f}H{WIDTH - RIGHT}" stroke="#b1b4b6" stroke-width="0.5"/>')
        parts.append(f'<text x="{LEFT - 8}" y="{up(step) + 4:.1f}" text-anchor="end">{step}x</text>')
    for count in counts:
        parts.append(f'<text x="{across(count):.1f}" y="{HEIGHT - BOTTOM + 20}" text-anchor="middle">{count:,}</text>')
    parts.append(f'<text x="{(LEFT + WIDTH - RIGHT) / 2}" y="{HEIGHT - 12}" text-anchor="middle">cases</text>')
    heights = _apart({name: up(max(ratios[-1], 1)) for name, ratios in lines.items()})
    for number, (name, ratios) in enumerate(lines.items()):
        colour = COLOURS[number % len(COLOURS)]
        points = " ".join(
            f"{across(count):.1f},{up(max(one, 1)):.1f}" for count, one in zip(counts, ratios, strict=True)
        )
        parts.append(f'<polyline points="{points}" fill="none" stroke="{colour}" stroke-width="2"/>')
        label = f"{escape(name)} {ratios[-1]:.1f}x"
        parts.append(f'<text x="{WIDTH - RIGHT + 10}" y="{heights[name] + 4:.1f}" fill="{colour}">{label}</text>')
    return "\n".join([*parts, "</svg>", ""])


def _scale(values: Sequence[int], first: float, last: float):  # type: ignore[no-untyped-def]
    low, high = log2(min(values)), log2(max(values))
    return lambda value: first + (last - first) * ((log2(value) - low) / (high - low) if high > low else 0.5)


def _apart(heights: Mapping[str, float]) -> dict[str, float]:
    """Labels moved down so far that none stands on another."""
    found: dict[str, float] = {}
    lowest = 0.0
    for name, height in sorted(heights.items(), key=lambda item: item[1]):
        lowest = found[name] = max(height, lowest + 14)
    return found
