"""The looks of a report. All names begin with `pd-`, so that nothing else in a notebook changes."""

from __future__ import annotations

from typing import Final

_LIGHT: Final = (
    "--pd-bg:#fff;--pd-line:#e3e6eb;--pd-text:#1a1f29;--pd-faint:#5d6575;--pd-hover:#eff1f4;--pd-ref:#8a94a6;"
    "--pd-cur:#c2410c;--pd-limit:#1a1f29;--pd-bad:#c62631;--pd-bad-soft:#fdeaeb;--pd-warn:#8d5a00;"
    "--pd-warn-soft:#fdf2d8;--pd-good:#137a43;--pd-good-soft:#e3f5ea;--pd-soft:#e6e9ee"
)
_DARK: Final = (
    "--pd-bg:#16191f;--pd-line:#262b35;--pd-text:#e8eaef;--pd-faint:#9199a8;--pd-hover:#1d2129;--pd-ref:#8a94a6;"
    "--pd-cur:#ff8a4c;--pd-limit:#e8eaef;--pd-bad:#ff7b7f;--pd-bad-soft:#331a1d;--pd-warn:#e8b04a;"
    "--pd-warn-soft:#2d2412;--pd-good:#4cc98a;--pd-good-soft:#12291e;--pd-soft:#262b35"
)
_RULES: Final = """
{font:13px/1.45 system-ui,-apple-system,"Segoe UI",Roboto,sans-serif;color:var(--pd-text);background:var(--pd-bg);
max-width:1000px;margin:0 auto;padding:16px 20px;border:1px solid var(--pd-line);border-radius:10px;box-sizing:border-box;
container:pd/inline-size}
 h1{font-size:20px;margin:0 0 6px;color:inherit}
 p{margin:4px 0 8px;overflow-wrap:anywhere}
 .pd-faint{color:var(--pd-faint)}
 .pd-badge{display:inline-block;padding:0 6px;border-radius:4px;font-size:11px;font-weight:500;line-height:18px;
background:var(--pd-soft);color:var(--pd-faint);vertical-align:middle;justify-self:start}
 .pd-badge.pd-drifted{background:var(--pd-bad-soft);color:var(--pd-bad)}
 .pd-badge.pd-warning{background:var(--pd-warn-soft);color:var(--pd-warn)}
 .pd-badge.pd-healthy{background:var(--pd-good-soft);color:var(--pd-good)}
 .pd-key{display:inline-block;width:10px;height:10px;margin-right:4px;border-radius:2px}
 .pd-key.pd-ref{background:var(--pd-ref)} .pd-key.pd-cur{background:var(--pd-cur)}
 .pd-row{display:grid;grid-template-columns:70px minmax(0,1fr) 160px 150px 80px 90px;gap:12px;align-items:center}
 .pd-names{color:var(--pd-faint);font-size:11px;padding:8px 8px 4px}
 .pd-column{border-top:1px solid var(--pd-line)}
 .pd-column>summary{padding:6px 8px;cursor:pointer;list-style:none}
 .pd-column>summary::-webkit-details-marker{display:none}
 .pd-column>summary:hover{background:var(--pd-hover)}
 summary:focus-visible{outline:2px solid var(--pd-cur);outline-offset:-2px}
 .pd-name{font-weight:500;overflow:hidden;text-overflow:ellipsis;white-space:nowrap}
 details[open]>summary>.pd-name{white-space:normal;overflow-wrap:anywhere}
 .pd-num{font-variant-numeric:tabular-nums;white-space:nowrap}
 .pd-body{padding:2px 8px 14px}
 svg{display:block;overflow:visible}
 .pd-gauge{width:160px;height:18px} .pd-spark{width:90px;height:18px}
 .pd-plots{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,300px),1fr));gap:8px 24px;align-items:start}
 .pd-plot{width:100%;max-width:480px;height:auto;margin:6px 0 10px}
 svg text{font-size:11px;fill:var(--pd-faint);stroke:none}
 path{fill:none}
 .pd-track{stroke:var(--pd-line);stroke-width:6} .pd-bar{stroke:var(--pd-cur);stroke-width:6}
 .pd-whisker{stroke:var(--pd-text);stroke-width:1} .pd-limit{stroke:var(--pd-limit);stroke-width:1;stroke-dasharray:3 2}
 .pd-grid{stroke:var(--pd-line)} rect.pd-ref{fill:var(--pd-ref)} rect.pd-cur{fill:var(--pd-cur)}
 .pd-line{stroke:var(--pd-cur);stroke-width:1.5}
 path.pd-band{fill:var(--pd-cur);opacity:.18}
 .pd-dot{stroke:var(--pd-good);stroke-width:6;stroke-linecap:round} .pd-dot.pd-drifted{stroke:var(--pd-bad)}
 .pd-dot.pd-warning{stroke:var(--pd-warn)} .pd-dot.pd-unknown{stroke:var(--pd-ref)}
 table{border-collapse:collapse;margin:6px 0;font-variant-numeric:tabular-nums}
 th,td{padding:2px 10px 2px 0;text-align:left;border:0;background:none;color:inherit}
 code{font:12px ui-monospace,monospace;background:var(--pd-soft);color:inherit;padding:0 4px;border-radius:3px}
"""
_MIDDLING: Final = """
 .pd-row{grid-template-columns:70px minmax(0,1fr) 160px 150px 80px}
 .pd-spark,.pd-names>:last-child{display:none}
"""
_NARROW: Final = """
 .pd-names{display:none}
 .pd-row{grid-template-columns:70px minmax(0,1fr) auto;gap:4px 10px}
 svg text{font-size:14px}
 .pd-name{grid-column:2/4} .pd-gauge{grid-column:1/3} .pd-p{display:none}
"""


def _scoped(rules: str) -> str:
    """Rules for what is inside a report; one that begins without a space is for the report itself."""
    scope, scoped = ".pyflare-drift", []
    for rule in rules.replace("\n", "").replace("}", "}\0").split("\0"):
        selectors, brace, declarations = rule.partition("{")
        if brace:
            names = ",".join(f"{scope} {name.strip()}".strip() for name in selectors.split(","))
            scoped.append(f"{names}{{{declarations}")
    return "".join(scoped)


STYLE: Final = (
    f".pyflare-drift{{{_LIGHT}}}"
    f"@media(prefers-color-scheme:dark){{.pyflare-drift{{{_DARK}}}}}"
    f'[data-jp-theme-light="true"] .pyflare-drift,.vscode-light .pyflare-drift{{{_LIGHT}}}'
    f'[data-jp-theme-light="false"] .pyflare-drift,.vscode-dark .pyflare-drift{{{_DARK}}}'
    f"{_scoped(_RULES)}@container pd (max-width:800px){{{_scoped(_MIDDLING)}}}"
    f"@container pd (max-width:600px){{{_scoped(_NARROW)}}}"
)
"""Light or dark as the reader has it; in a notebook as the notebook is. Narrow where its place is, however wide the window."""
