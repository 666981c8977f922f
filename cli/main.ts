import { enableCompileCache } from "node:module";
import { join } from "node:path";
import { hideOperatorEnvironment } from "../tools/child-environment.ts";
import { findHome } from "./home.ts";
import { surviveLostOutput } from "./report/lost-output.ts";

surviveLostOutput();
await hideOperatorEnvironment();
// Secrets have their own modes; everything else must be neither writable for others nor unreadable for us.
process.umask(0o022);

// Before anything else is loaded: once compiled, the SDKs start in a third of the time.
enableCompileCache(join(findHome().cache, "compile"));
// chalk and listr2 check only FORCE_COLOR; NO_COLOR is the convention of https://no-color.org.
if (process.env.NO_COLOR || process.argv.includes("--no-color")) process.env.FORCE_COLOR = "0";

const { runProgram } = await import("./program.ts");
await runProgram(process.argv.slice(2));
// Open connections must not keep a finished command running.
process.exit();
