/**
 * Output may fail while a command runs: its reader ends (EPIPE), its terminal closes (EIO), its disk fills up
 * (ENOSPC). The command continues to its end and keeps its exit code; output that can no longer be shown is
 * dropped. Without a listener each failed write becomes an uncaught exception, whose own report is the next write
 * that fails.
 */
export function surviveLostOutput(): void {
  for (const stream of [process.stdout, process.stderr]) stream.on("error", () => undefined);
}

/** Writes a text and waits until it has been passed on or is lost: the process may end right after. */
export function writeOutput(stream: NodeJS.WriteStream, text: string): Promise<void> {
  return new Promise((resolve) => stream.write(text, () => resolve()));
}
