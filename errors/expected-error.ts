/** Texts of an expected failure. */
export interface ErrorText {
  /** What failed, with the value and what is allowed. */
  readonly message: string;
  /** The next command or edit. */
  readonly hint: string;
  /** Exit code of the command line; by default 3: the machine or the environment is not ready. */
  readonly exitCode?: number;
}

/**
 * Every expected failure of one owner: for each code, a function from the failure's values to its texts. The codes of an
 * owner share an area, `DMM_<AREA>_<WHAT>`; those of the command line have none. Documented in docs/errors.
 */
export type Catalogue = Readonly<Record<`DMM_${string}`, (values: never) => ErrorText>>;

export type CodeOf<Entries extends Catalogue> = keyof Entries & string;

/** A code with the values in its texts: none can be forgotten or misspelt. */
export type ErrorArguments<Entries extends Catalogue> = {
  [Code in CodeOf<Entries>]: Entries[Code] extends () => ErrorText
    ? [code: Code, values?: Readonly<Record<string, never>>, cause?: unknown]
    : Entries[Code] extends (values: infer Values) => ErrorText
      ? [code: Code, values: Values, cause?: unknown]
      : never;
}[CodeOf<Entries>];

/** An expected failure, shown by code, message and hint, never by its stack. Compare by `code`. */
export class ExpectedError<Code extends string = string> extends Error {
  readonly code: Code;
  readonly hint: string;
  readonly exitCode: number | undefined;

  constructor(name: string, code: Code, text: ErrorText, cause?: unknown) {
    super(text.message, cause === undefined ? undefined : { cause });
    this.name = name;
    this.code = code;
    this.hint = text.hint;
    this.exitCode = text.exitCode;
  }
}

/** The class of an owner's errors: `throw new ToolError("DMM_TOOLS_MISSING", { missing })`. */
export function errorsOf<Entries extends Catalogue>(
  name: string,
  catalogue: Entries,
): new (
  ...given: ErrorArguments<Entries>
) => ExpectedError<CodeOf<Entries>> {
  return class extends ExpectedError<CodeOf<Entries>> {
    constructor(...[code, values, cause]: ErrorArguments<Entries>) {
      const write = catalogue[code as CodeOf<Entries>] as (given: unknown) => ErrorText;
      super(name, code, write(values), cause);
    }
  };
}
