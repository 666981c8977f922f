import type { ModeledService } from "./model.ts";

/** A rule that AWS documents in prose only, so that no model contains it. */
export interface DocumentedRule {
  /** The member that it is about. */
  readonly member: string;
  readonly allowed: RegExp;
  readonly code: string;
  /** AWS's message, as far as it is known. */
  message(value: string): string;
}

/** Rules by service and operation. */
export type DocumentedRules = Partial<
  Readonly<Record<ModeledService, Readonly<Record<string, readonly DocumentedRule[]>>>>
>;
