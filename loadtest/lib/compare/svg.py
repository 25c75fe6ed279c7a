"""Bars in SVG, on a ground of their own so that they are readable on light and dark pages alike."""

from html import escape

WIDTH, LABELS, FIGURES, ROW, TOP = 760, 170, 110, 18, 58
INK, FAINT, GROUND = "#1f2933", "#66727f", "#ffffff"


def bars(title, unit, rows, colours):
    """`rows`: label, then one pair of value and colour name each; the scale is linear from 0.
    `colours`: name to colour, explained below the title."""
    largest = max((value for _, values in rows for value, _ in values), default=0) or 1
    height = TOP + sum(ROW * len(values) + 8 for _, values in rows) + 12
    parts = [f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{height}" '
             f'viewBox="0 0 {WIDTH} {height}" font-family="sans-serif" font-size="13">',
             f'<rect width="{WIDTH}" height="{height}" rx="6" fill="{GROUND}"/>',
             text(14, 24, f"{title}, {unit}", INK, 'font-size="15" font-weight="bold"'),
             *legend(colours)]
    y = TOP
    for label, values in rows:
        middle = y + ROW * len(values) / 2
        parts.append(text(LABELS - 8, middle + 4, label, INK, 'text-anchor="end"'))
        for value, name in values:
            length = max(1.0, (WIDTH - LABELS - FIGURES) * value / largest)
            parts.append(f'<rect x="{LABELS}" y="{y + 2}" width="{length:.1f}" height="{ROW - 4}" '
                         f'fill="{colours[name]}"/>')
            parts.append(text(LABELS + length + 6, y + ROW - 5, shown(value), FAINT))
            y += ROW
        y += 8
    return "\n".join([*parts, "</svg>"]) + "\n"


def legend(colours):
    parts, x = [], 14
    for name, colour in colours.items():
        parts.append(f'<rect x="{x}" y="36" width="11" height="11" fill="{colour}"/>')
        parts.append(text(x + 16, 46, name, FAINT))
        x += 34 + 7 * len(name)
    return parts


def text(x, y, words, colour, more=""):
    return f'<text x="{x:.1f}" y="{y:.1f}" fill="{colour}" {more}>{escape(words)}</text>'


def shown(value):
    if value >= 100:
        return f"{value:,.0f}"
    return f"{value:.1f}" if value >= 10 else f"{value:.2f}"
