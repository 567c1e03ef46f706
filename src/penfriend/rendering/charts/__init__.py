"""Charts on pages: a figure with a drawing, and the same numbers as a table.

The only home of vl-convert, which draws Vega-Lite as SVG. It needs 100 MB, so it lives in a process of its
own that is there only while something is drawn (`penfriend.rendering.charts.drawing`).
"""
