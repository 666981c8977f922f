import type { ExitCode } from "./exit-codes.ts";

/** One kind of expected failure: what it says, what to do next, and the exit code it ends with. */
export interface Entry<Name extends string> {
  readonly exit: ExitCode;
  readonly message: (values: Values<Name>) => string;
  readonly hint: (values: Values<Name>) => string;
}

/** The values of one failure, by the names that its message and hint use. */
export type Values<Name extends string> = Readonly<Record<Name, string | number>>;

/** One entry of the catalogue; `Name` are the values that its texts use. */
export function entry<Name extends string = never>(
  exit: ExitCode,
  message: (values: Values<Name>) => string,
  hint: (values: Values<Name>) => string,
): Entry<Name> {
  return { exit, message, hint };
}
