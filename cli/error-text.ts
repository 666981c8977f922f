import type { ErrorText } from "../errors/catalogue.ts";
import type { ExitCode } from "./exit-codes.ts";

/** What an error of the command line says, and what the command exits with. */
export interface OperatorErrorText extends ErrorText {
  readonly exitCode: ExitCode;
}

/** Errors of one folder of the command line. */
export type OperatorCatalogue = Readonly<Record<`DMM_${string}`, (values: never) => OperatorErrorText>>;
