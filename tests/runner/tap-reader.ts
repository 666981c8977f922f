import type { Parser, Result } from "tap-parser";
import { createOutcome, type Outcome } from "./outcome.ts";

/** Reads the TAP of one test file into an outcome. */
export class TapReader {
  readonly #outcome = createOutcome();
  readonly #file: string;
  readonly #level: Level;

  constructor(file: string, parser: Parser) {
    this.#file = file;
    this.#level = new Level([file], parser, this.#outcome);
  }

  /**
   * Completes the outcome once the process of the file has ended. `trouble` describes an abnormal end: a file that
   * cannot be loaded, or is ended early, fails although none of its tests did, and so does one without a test.
   */
  close(trouble: string | undefined): Outcome {
    for (const { name, diag } of this.#level.assertions) this.#fail(name, diag);
    if (trouble !== undefined && this.#outcome.failures.length === 0) this.#fail(trouble);
    else if (this.#level.tests === 0 && trouble === undefined) this.#fail("the file has no test");
    return this.#outcome;
  }

  #fail(message: string, details: Readonly<Record<string, unknown>> | null = null): void {
    this.#outcome.failures.push({ path: [this.#file], message, details: details ?? {} });
  }
}

/** A file, a group of tests or a test: in TAP they differ only in their content. */
class Level {
  tests = 0;
  failed = 0;
  /** Failed assertions of this level itself. In a test they are the reason for its failure. */
  readonly assertions: Result[] = [];
  readonly #path: readonly string[];
  readonly #outcome: Outcome;
  readonly #open: Level[] = [];

  constructor(path: readonly string[], parser: Parser, outcome: Outcome) {
    this.#path = path;
    this.#outcome = outcome;
    parser.on("child", (child) => this.#open.push(new Level([...path, child.name], child, outcome)));
    parser.on("assert", (result) => this.#count(result));
  }

  #count(result: Result): void {
    const inner = result.closingTestPoint ? this.#open.shift() : undefined;
    if (result.skip || result.todo) this.#countSkip(result);
    else if (inner !== undefined) this.#countTest(result, inner);
    else if (!result.ok) this.assertions.push(result);
  }

  #countSkip({ name, skip, todo }: Result): void {
    this.tests += 1;
    const reason = [skip, todo].find((text) => typeof text === "string") ?? "no reason is given";
    this.#outcome.skips.push({ path: [...this.#path, name], reason: String(reason) });
  }

  /** A group counts as its tests, and as a separate failure when it failed and none of them did. */
  #countTest({ name, ok }: Result, inner: Level): void {
    this.tests += inner.tests === 0 ? 1 : inner.tests;
    this.failed += inner.failed;
    if (ok && inner.tests === 0) this.#outcome.passed += 1;
    if (ok || inner.failed > 0) return;
    this.failed += 1;
    const [reason] = inner.assertions;
    this.#outcome.failures.push({
      path: [...this.#path, name],
      message: reason?.name ?? "failed",
      details: reason?.diag ?? {},
    });
  }
}
