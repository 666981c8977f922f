import { obtainMissing } from "../../tools/obtain.ts";
import type { ToolName } from "../../tools/tool.ts";

// Obtains the tools named on the command line, as a separate process that a test can interrupt or kill. Prints
// each event as a line of JSON, and finally the tools' locations or the error.
const stop = new AbortController();
process.once("SIGTERM", () => stop.abort(new Error("interrupted")));
try {
  const { found } = await obtainMissing({
    tools: process.argv.slice(2) as ToolName[],
    signal: stop.signal,
    observe: (event) => console.log(JSON.stringify(event)),
  });
  console.log(JSON.stringify({ kind: "ended", found }));
} catch (error) {
  const { code, message } = error as { code?: string; message: string };
  console.log(JSON.stringify({ kind: "ended", code, message }));
  process.exitCode = 3;
}
