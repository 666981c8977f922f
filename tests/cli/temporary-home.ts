import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { findHome, type Home } from "../../cli/home.ts";

/** A separate home for one test, removed with its scope. */
export class TemporaryHome implements Disposable {
  readonly directory = mkdtempSync(join(tmpdir(), "dmm-env-cli-"));
  readonly home: Home = findHome({ DMM_ENV_HOME: this.directory });

  [Symbol.dispose](): void {
    rmSync(this.directory, { recursive: true, force: true });
  }
}
