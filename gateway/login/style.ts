import { hash } from "node:crypto";

/** The style of the pages: one column that fits a phone, light or dark as the system is. */
export const style = `
:root{color-scheme:light dark;--paper:#f4f5f7;--card:#fff;--ink:#1b1f27;--soft:#596273;--line:#c3c9d4;--accent:#1d4ed8;
--on-accent:#fff;--bad:#b42318;--bad-paper:#fef1f0;--warn:#7a4b00;--warn-paper:#fff6e0}
@media (prefers-color-scheme:dark){:root{--paper:#11141a;--card:#1a1f28;--ink:#e8ebf1;--soft:#a3acbb;--line:#414a59;
--accent:#8ab0ff;--on-accent:#0c1730;--bad:#ffb4ab;--bad-paper:#3b1a18;--warn:#ffd98a;--warn-paper:#352a10}}
*{box-sizing:border-box}
body{margin:0;min-height:100vh;display:flex;flex-direction:column;align-items:center;justify-content:center;gap:1rem;
padding:1rem;background:var(--paper);color:var(--ink);font:1rem/1.5 system-ui,-apple-system,"Segoe UI",sans-serif}
main{width:100%;max-width:25rem;background:var(--card);border:1px solid var(--line);border-radius:.75rem;padding:1.75rem 1.5rem}
h1{margin:0 0 .5rem;font-size:1.4rem;line-height:1.25;overflow-wrap:anywhere}
p{margin:.5rem 0;overflow-wrap:anywhere}
.soft,footer{color:var(--soft);font-size:.9rem}
footer{max-width:25rem;text-align:center}
.notice{width:100%;max-width:25rem;margin:0;padding:.75rem 1rem;border-radius:.5rem;background:var(--warn-paper);color:var(--warn);font-size:.9rem}
.error{margin:1rem 0;padding:.75rem 1rem;border-radius:.5rem;background:var(--bad-paper);color:var(--bad)}
label{display:block;margin:1rem 0 .25rem;font-weight:600}
input[type=text],input[type=password]{width:100%;min-height:2.75rem;padding:.5rem .75rem;font:inherit;color:inherit;
background:var(--card);border:1px solid var(--soft);border-radius:.5rem}
input[readonly]{background:var(--paper);border-color:var(--line)}
::placeholder{color:var(--soft);opacity:1}
form+p{margin-top:1.25rem}
.code{font:700 1.6rem/1.4 ui-monospace,Consolas,monospace;letter-spacing:.1em}
input.code{text-align:center;text-transform:uppercase;font-size:1.35rem!important}
ul{margin:1rem 0;padding:0;list-style:none;border-top:1px solid var(--line)}
li{padding:.6rem 0;border-bottom:1px solid var(--line);overflow-wrap:anywhere}
li small{display:block;color:var(--soft)}
.actions{display:flex;flex-direction:column;gap:.6rem;margin-top:1.5rem}
form+form .actions{margin-top:.6rem}
button{width:100%;min-height:2.75rem;padding:.5rem 1rem;font:inherit;font-weight:600;border:1px solid var(--soft);
border-radius:.5rem;background:none;color:inherit;cursor:pointer}
button.primary{background:var(--accent);border-color:var(--accent);color:var(--on-accent)}
:focus-visible{outline:3px solid var(--accent);outline-offset:2px}
`;

/** Allows this style sheet and no other. */
export const styleSource = `'sha256-${hash("sha256", style, "base64")}'`;
