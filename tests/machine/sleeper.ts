import { execa, type ResultPromise } from "execa";
import { type ProcessIdentity, readProcess } from "../../machine/process.ts";

/** An idle process; it ends with its scope. */
export interface Sleeper extends Disposable {
  readonly child: ResultPromise["nodeChildProcess"];
  readonly identity: ProcessIdentity;
}

/** Starts `sleep`, or another program that does not end, in its own process group. */
export function startSleeper(command: readonly string[] = ["sleep", "600"]): Sleeper {
  const [program = "", ...words] = command;
  const child = execa(program, words, {
    stdin: "ignore",
    stdout: "ignore",
    stderr: "ignore",
    reject: false,
    detached: true,
  }).nodeChildProcess;
  const identity = readProcess(child.pid!)!;
  return { child, identity, [Symbol.dispose]: () => void child.kill("SIGKILL") };
}
