/** Progress goes to standard error; standard output is the result's. */
export function report(line: string): void {
  process.stderr.write(`${line}\n`);
}
