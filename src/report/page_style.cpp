#include "report/page_style.hpp"

#include <fmt/format.h>

#include "report/colour_scale.hpp"
#include "report/line_chart.hpp"

// The style sheet as text with the colours of both themes filled in. It stands in each page, so it
// is short, and holds no character that HTML reads as markup.

namespace carousel {

namespace {

// Lines: blue and vermilion, of validation and training, keep apart in any kind of colour vision
// (Okabe and Ito 2008); the others are for charts of many lines, each of which has its name at its
// end. They are lighter on dark paper.
constexpr const char* k_light_rest =
    "--soft:#6b665e;--hair:#e2ddd3;--panel:#f5f2ec;--c0:#005f9e;--c1:#b8500a;--c2:#5d7a2a;"
    "--c3:#8a3f8f;--c4:#00776b;--c5:#8a6500;--c6:#b3263f;--c7:#5c5c5c;";
constexpr const char* k_dark_rest =
    "--soft:#a49d91;--hair:#38342e;--panel:#211e1a;--c0:#6cb8ee;--c1:#f0955a;--c2:#a9c46c;"
    "--c3:#d99bdc;--c4:#5fcdbd;--c5:#dcbb4a;--c6:#f28a9e;--c7:#b9b9b9;";

constexpr const char* k_rules = R"css(
* { box-sizing: border-box; }
html { overflow-x: clip; -webkit-text-size-adjust: 100%; }
body { margin: 0; background: var(--paper); color: var(--ink);
  font: 1.0625rem/1.6 Charter, "Bitstream Charter", "Iowan Old Style", "Palatino Linotype", Palatino,
    Georgia, "Noto Serif", serif; }
main { max-width: 66rem; margin: 0 auto; padding: 3.5rem 1.75rem 6rem; }
header { margin-bottom: 2.5rem; }
.kind, dt, h3, h4, figcaption, th, .scale {
  font-family: system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif; }
.kind { margin: 0 0 .25rem; color: var(--soft); font-size: .875rem; }
h1 { margin: 0; font-size: clamp(1.75rem, 5vw, 2.5rem); line-height: 1.15; font-weight: 600;
  overflow-wrap: anywhere; }
h2 { margin: 3.5rem 0 .75rem; font-size: 1.375rem; line-height: 1.25; font-weight: 600; }
.scale + h2 { margin-top: 1.5rem; }
h3 { margin: 0 0 .5rem; font-size: .875rem; font-weight: 600; }
p { max-width: 42rem; margin: .5rem 0; }
.figures { display: flex; flex-wrap: wrap; gap: 1.25rem 3rem; margin: 0 0 1.5rem; }
dt { color: var(--soft); font-size: .875rem; line-height: 1.3; }
dd { margin: 0; font-size: 1.75rem; line-height: 1.3; font-variant-numeric: tabular-nums lining-nums; }
.tables { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 17rem), 1fr));
  gap: 1.75rem 3rem; align-items: start; }
table { width: 100%; border-collapse: collapse; font-size: .9375rem; line-height: 1.45; }
tr { border-top: 1px solid var(--hair); }
tr:last-child { border-bottom: 1px solid var(--hair); }
th, td { padding: .375rem 0; vertical-align: baseline; }
th { padding-right: 1rem; color: var(--soft); font-size: .875rem; font-weight: 400; text-align: left; }
td { text-align: right; overflow-wrap: anywhere; font-variant-numeric: tabular-nums lining-nums; }
.tables th { white-space: nowrap; }
.grid { overflow-x: auto; }
.grid + .tables { margin-top: 2rem; }
.grid table { width: auto; min-width: min(100%, 42rem); }
.grid th + th, .grid td { padding-right: 0; padding-left: 1.25rem; text-align: right; white-space: nowrap; }
figure { margin: 0; }
.charts { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 26rem), 1fr));
  gap: 2rem; margin-top: 1.25rem; }
figcaption { font-size: .875rem; font-weight: 600; }
svg { display: block; width: 100%; max-width: 36rem; height: auto; overflow: visible;
  font: 12px system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif; fill: var(--soft);
  font-variant-numeric: tabular-nums; }
svg .end { text-anchor: end; }
svg .middle { text-anchor: middle; }
svg .grid { stroke: var(--hair); }
svg .axis { stroke: var(--soft); stroke-opacity: .6; }
svg polyline { fill: none; stroke: currentColor; stroke-width: 2; stroke-linejoin: round; }
svg circle { fill: currentColor; }
svg .mark { fill: none; stroke: var(--ink); stroke-width: 1.5; }
svg .note { fill: var(--ink); paint-order: stroke; stroke: var(--paper); stroke-width: 4px; }
svg [class^=c] { font-weight: 600; }
.samples { display: flex; flex-wrap: wrap; align-items: flex-start; gap: 1.5rem; margin: .75rem 0 2rem; }
.samples section { flex: none; max-width: 100%; }
.samples h4 { margin: 0 0 .375rem; font-size: .875rem; color: var(--soft); font-weight: 400; }
.sample, .command { background: var(--panel); border-radius: .375rem; font-size: .8125rem; line-height: 1.55; }
.sample { padding: .875rem 1rem; width: max-content; max-width: min(100%, 88ch); tab-size: 4; }
.sample p { max-width: none; margin: 0; min-height: 1.55em; white-space: pre-wrap; overflow-wrap: anywhere;
  unicode-bidi: plaintext; }
.command { margin: .5rem 0 1.5rem; padding: .625rem 1rem; white-space: normal; overflow-wrap: anywhere; }
.command span { display: inline-block; max-width: 100%; }
.scale { position: sticky; top: 0; z-index: 2; display: flex; gap: .75rem; align-items: flex-start;
  margin: 1rem 0 1.25rem; padding: .75rem 0 .5rem; background: var(--paper); color: var(--soft);
  border-bottom: 1px solid var(--hair); font-size: .8125rem; line-height: 1.2; }
.scale ol { display: flex; margin: 0; padding: 0; list-style: none; }
.scale i { display: block; width: clamp(1.5rem, 7vw, 3rem); height: .875rem; }
.scale .s0 { box-shadow: inset 0 0 0 1px var(--hair); }
.scale li span { display: block; margin-top: .25rem; }
.scale ol + span { align-self: flex-end; }
.text, .sample, .command { font-family: ui-monospace, "SF Mono", Menlo, Consolas, "DejaVu Sans Mono",
    "Noto Sans Mono CJK SC", "Noto Sans Mono", monospace; }
.text { --gutter: 0px; font-size: .9375rem; line-height: 1.65; tab-size: 4; }
.text p { position: relative; max-width: none; margin: 0; white-space: pre-wrap; overflow-wrap: anywhere; }
.numbered { --gutter: calc(var(--digits) + 3.5ch); }
.numbered p { min-height: 1.65em; padding-inline-start: var(--gutter); padding-inline-end: 6rem; }
.numbered p, .lines span { scroll-margin-top: 5rem; }
.numbered p:target { background: var(--panel); }
.numbered p::before { content: attr(data-n); position: absolute; left: 1.5ch; width: var(--digits);
  color: var(--soft); opacity: .75; text-align: right; unicode-bidi: isolate; direction: ltr; }
.numbered p[dir=rtl]::before { left: auto; right: 1.5ch; text-align: left; }
.numbered a { position: absolute; inset-inline-start: 0; width: 1.5ch; user-select: none; text-decoration: none; }
a { color: var(--c0); }
.text section { margin: 0 -1.75rem; padding: 0 1.75rem; content-visibility: auto;
  contain-intrinsic-size: auto 77rem; overflow-clip-margin: 8rem; }
.text section:hover, .text section:focus-within { position: relative; z-index: 1; }
.text h3 { margin: 2rem 0 .75rem; padding-top: .75rem; border-top: 1px dashed var(--soft); }
.text i { font-style: normal; }
.n { color: transparent; user-select: none; }
.n::before { content: "\21B5"; }
.w::before, .t::before { position: absolute; opacity: .7; content: "\B7"; }
.t::before { content: "\2192"; }
b { padding: 0 .2em; border: 1px solid; border-radius: .2em; font: 600 .75em/1 ui-monospace, Menlo,
    Consolas, "DejaVu Sans Mono", monospace; unicode-bidi: isolate; direction: ltr; }
.text i:hover, .text i:focus { outline: 2px solid var(--ink); outline-offset: 1px; }
.text i { scroll-margin: 5rem 0 6rem; }
.text i:hover::after, .text i:focus::after { content: attr(data-b) " bits"; position: absolute; z-index: 3;
  width: max-content; max-width: 20rem; margin-top: 1.75em; padding: .25rem .5rem; border-radius: .25rem;
  background: var(--ink); color: var(--paper); font: .8125rem/1.4 system-ui, -apple-system, "Segoe UI", Roboto,
    "Noto Sans", sans-serif; text-align: left; white-space: pre-line; pointer-events: none; user-select: none;
  direction: ltr; unicode-bidi: isolate; }
.text i[data-e]:hover::after, .text i[data-e]:focus::after {
  content: attr(data-b) " bits, " attr(data-p) "\A instead: " attr(data-e); }
.lines { display: grid; grid-template-columns: auto auto 1fr; gap: .375rem 1.25rem; margin: 1rem 0 0; }
.lines span { color: var(--soft); font: .875rem/1.77 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans",
    sans-serif; text-align: right; font-variant-numeric: tabular-nums; overflow-wrap: anywhere; }
.lines span:target { color: var(--ink); font-weight: 600; }
@media (max-width: 40rem) {
  main { padding: 2rem 1.25rem 4rem; }
  .text section { margin: 0 -1.25rem; padding: 0 1.25rem; }
  .text, .sample { font-size: .75rem; }
  .numbered { --gutter: calc(var(--digits) + 2.5ch); }
  .numbered p { padding-inline-end: 0; }
  .sample { padding: .75rem .5rem; }
  .sample p { padding-inline-start: 1.5em; text-indent: -1.5em; }
  .text i:hover::after, .text i:focus::after { left: var(--gutter); max-width: calc(100% - var(--gutter)); }
  .text [dir=rtl] i:hover::after, .text [dir=rtl] i:focus::after { left: auto; right: var(--gutter); }
  .figures { gap: 1rem 2rem; }
  dd { font-size: 1.375rem; }
  .lines { grid-template-columns: auto 1fr; gap: 0 1rem; }
  .lines span { text-align: left; }
  .lines p { grid-column: 1 / -1; margin-bottom: .625rem; }
  svg { font-size: 14px; }
  .grid tr { display: block; padding: .375rem 0; }
  .grid tr:first-child { display: none; }
  .grid th, .grid td { display: flex; justify-content: space-between; padding: .125rem 0; }
  .grid th { color: var(--ink); font-weight: 600; }
  .grid td::before { content: attr(data-c); color: var(--soft); }
}
@media print { .text i { print-color-adjust: exact; -webkit-print-color-adjust: exact; } .scale { position: static; } }
)css";

std::string shade_rules() {
    std::string out;
    for (std::size_t shade = 1; shade < k_scale_bits.size(); ++shade)
        out += fmt::format(".s{0} {{ background: var(--s{0}); color: var(--i{0}); }}\n", shade);
    return out;
}

std::string line_rules() {
    std::string out;
    for (std::size_t line = 0; line < k_line_colours; ++line)
        out += fmt::format("svg .c{0} {{ color: var(--c{0}); fill: var(--c{0}); }}\n", line);
    return out;
}

}  // namespace

std::string page_style() {
    return fmt::format(
               ":root {{ color-scheme: light dark; {}{} }}\n"
               "@media (prefers-color-scheme: dark) {{ :root {{ {}{} }} }}",
               scale_properties(Theme::light), k_light_rest, scale_properties(Theme::dark),
               k_dark_rest) +
           k_rules + shade_rules() + line_rules();
}

}  // namespace carousel
