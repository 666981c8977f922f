/** The report's only style sheet. Colours are never the only sign: each verdict is also text. */
export const reportStyle = `
:root { color-scheme: light dark; --passed: #1a7f37; --failed: #c62828; --inconclusive: #9a6700;
  --background: #fff; --text: #1f2328; --muted: #59636e; --line: #d1d9e0; --soft: #f6f8fa; }
@media (prefers-color-scheme: dark) { :root { --passed: #4ac26b; --failed: #ff7b72; --inconclusive: #d4a72c;
  --background: #0d1117; --text: #e6edf3; --muted: #9198a1; --line: #3d444d; --soft: #151b23; } }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 60rem; padding: 1rem; background: var(--background); color: var(--text);
  font: 1rem/1.5 system-ui, sans-serif; overflow-wrap: anywhere; }
.passed { --mark: var(--passed); } .failed { --mark: var(--failed); } .inconclusive { --mark: var(--inconclusive); }
header { border-left: .4rem solid var(--mark); padding: .2rem 1rem; background: var(--soft); border-radius: .3rem; }
h1 { font-size: 1.6rem; line-height: 1.2; margin: .4rem 0; color: var(--mark); }
h2 { font-size: 1.15rem; margin: 1.6rem 0 .5rem; } h3 { font-size: .85rem; margin: .8rem 0 .2rem; color: var(--muted); }
dl { display: grid; grid-template-columns: repeat(auto-fit, minmax(13rem, 1fr)); gap: .5rem; }
.wide { grid-column: 1 / -1; }
dt { font-size: .8rem; color: var(--muted); } dd { margin: 0; }
details { border: 1px solid var(--line); border-left: .25rem solid var(--mark); border-radius: .3rem;
  margin: .4rem 0; padding: .4rem .8rem; }
summary { cursor: pointer; } summary small { color: var(--muted); }
.muted { --mark: var(--line); } code { font-size: .9em; }
.verdict { color: var(--mark); font-weight: 600; }
ul { padding-left: 1.2rem; } li.failed::marker, li.inconclusive::marker { color: var(--mark); }
pre { margin: 0; padding: .6rem; background: var(--soft); border-radius: .3rem; font-size: .8rem;
  white-space: pre-wrap; max-height: 24rem; overflow: auto; }
svg { width: 100%; height: auto; margin: .6rem 0; } svg text { fill: var(--muted); font: 11px system-ui, sans-serif; }
rect.good { fill: var(--passed); } rect.failed { fill: var(--failed); } .fault { stroke: var(--text); stroke-dasharray: 3 3; }
@media print { details { break-inside: avoid; } pre { max-height: none; } }
`;
