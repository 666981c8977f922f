import { randomBytes } from "node:crypto";
import type { Difference } from "./difference.ts";
import { happened, type VerifyEvent } from "./events.ts";
import type { Signer, Subject } from "./evidence/attestation.ts";
import { openFolder } from "./evidence/folder.ts";
import type { Scope } from "./evidence/scope.ts";
import type { RunningImage } from "./images.ts";
import { type CheckResult, combineVerdicts, countVerdicts, type RunResult } from "./result.ts";

export interface SessionOptions {
  readonly id?: string;
  readonly environment: string;
  readonly target: "local" | "aws";
  readonly profile: string;
  /** The subject of the attestation's level. */
  readonly scope: Scope;
  readonly directory: string;
  readonly suites: readonly {
    readonly name: string;
    readonly checks: readonly { readonly claim: string }[];
  }[];
  readonly notRun: readonly string[];
  readonly differences: readonly Difference[];
  /** The deployment's outputs; their digest is a subject of the attestation. */
  readonly outputs: unknown;
  readonly subjects?: readonly Subject[];
  readonly signer?: Signer;
  readonly onEvent?: (event: VerifyEvent) => void;
}

/** One run from its first event to its evidence. */
export interface Session {
  emit(event: VerifyEvent): void;
  close(checks: readonly CheckResult[], images?: readonly RunningImage[]): Promise<RunResult>;
}

export function openSession(options: SessionOptions): Session {
  const id = options.id ?? createRunId();
  const started = performance.now();
  const startedAt = new Date().toISOString();
  const folder = openFolder(options.directory);
  const emit = (event: VerifyEvent): void => {
    folder.append(event);
    options.onEvent?.(event);
  };
  const { environment, target, profile, notRun, differences } = options;
  const suites = options.suites.map(({ name, checks }) => ({
    name,
    claims: checks.map((check) => check.claim),
  }));
  emit(
    happened({ event: "run-started", run: id, environment, target, profile, differences, suites, notRun }),
  );
  return {
    emit,
    async close(checks, images = []) {
      const totals = countVerdicts(checks);
      const verdict = combineVerdicts(checks.map((check) => check.verdict));
      const durationMs = Math.round(performance.now() - started);
      emit(happened({ event: "run-finished", run: id, verdict, totals, durationMs }));
      const finishedAt = new Date().toISOString();
      const base = {
        id,
        environment,
        target,
        profile,
        differences,
        images,
        startedAt,
        finishedAt,
        durationMs,
      };
      return await folder.write({ ...base, checks, notRun, totals, verdict }, options);
    },
  };
}

/** Sorts by time: `20260131-142501-9f3a`. */
function createRunId(): string {
  const time = new Date()
    .toISOString()
    .replaceAll(/[-:]|\..*/g, "")
    .replace("T", "-");
  return `${time}-${randomBytes(2).toString("hex")}`;
}
