import type { ErrorText } from "../errors/expected-error.ts";
import type { ExitCode } from "./exit-codes.ts";

/** Message, hint and exit code of a command line error. */
export interface OperatorErrorText extends ErrorText {
  readonly exitCode: ExitCode;
}

/** Errors of one folder of the command line. */
export type OperatorCatalogue = Readonly<Record<`DMM_${string}`, (values: never) => OperatorErrorText>>;
