import { createHash } from "node:crypto";
import { appendFileSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { VerifyEvent } from "../events.ts";
import type { BareResult, RunResult } from "../result.ts";
import { type AttestationOptions, attest } from "./attestation.ts";
import { renderJunit } from "./junit.ts";
import { renderReport } from "./report.ts";
import { renderTap } from "./tap.ts";

export interface EvidenceFolder {
  /** Written to disk before it returns, so that a killed run still shows its progress. */
  append(event: VerifyEvent): void;
  /** Writes every other form of the evidence. */
  write(result: BareResult, options: AttestationOptions): Promise<RunResult>;
}

const eventsFile = "events.jsonl";

export function openFolder(directory: string): EvidenceFolder {
  mkdirSync(directory, { recursive: true });
  const events = join(directory, eventsFile);
  writeFileSync(events, "");
  return {
    append: (event) => appendFileSync(events, `${JSON.stringify(event)}\n`),
    async write(result, options) {
      const texts = new Map<string, string>([
        ["result.json", `${JSON.stringify(result, undefined, 2)}\n`],
        ["results.tap", renderTap(result)],
        ["junit.xml", renderJunit(result)],
        ["report.html", renderReport(result)],
      ]);
      const digests = [...texts].map(([name, text]) => ({ name, digest: { sha256: digestOf(text) } }));
      const attestation = await attest(result, digests, options);
      if (attestation !== undefined) texts.set("attestation.intoto.jsonl", attestation);
      for (const [name, text] of texts) writeFileSync(join(directory, name), text);
      return { ...result, directory, files: [eventsFile, ...texts.keys()] };
    },
  };
}

function digestOf(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}
