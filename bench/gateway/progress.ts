/** Progress goes to standard error; standard output has the result. */
export function report(line: string): void {
  process.stderr.write(`${line}\n`);
}
