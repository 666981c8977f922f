import { enableCompileCache } from "node:module";
import { join } from "node:path";
import { hideOperatorEnvironment } from "../tools/child-environment.ts";
import { findHome } from "./home.ts";
import { surviveLostOutput } from "./report/lost-output.ts";

surviveLostOutput();
await hideOperatorEnvironment();
// Secrets have modes of their own; everything else must be neither writable for others nor unreadable for us.
process.umask(0o022);

// Before anything else is loaded: compiled once, the SDKs start in a third of the time.
enableCompileCache(join(findHome().cache, "compile"));
// chalk and listr2 look at FORCE_COLOR only; NO_COLOR is what https://no-color.org asks for.
if (process.env.NO_COLOR || process.argv.includes("--no-color")) process.env.FORCE_COLOR = "0";

const { runProgram } = await import("./program.ts");
await runProgram(process.argv.slice(2));
// Connections that are still open must not keep a command that is done.
process.exit();
