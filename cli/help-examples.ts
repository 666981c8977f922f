/** The examples of a command as commander puts them after its help. */
export function renderExamples(examples: readonly string[]): string {
  const title = examples.length === 1 ? "Example:" : "Examples:";
  return ["", title, ...examples.map((line) => `  $ ${line}`)].join("\n");
}
