import type { Command } from "commander";
import { MachineError } from "../../machine/errors.ts";
import { readFileIfPresent } from "../../machine/files.ts";
import { readHolder } from "../../machine/lock.ts";
import { isStopped } from "../../machine/process.ts";
import { readClient } from "../access/client-identity.ts";
import { describeAccess, findIngress, tryAccess } from "../access/ingress.ts";
import { operatorGrant } from "../access/operator-grant-name.ts";
import { type EnvironmentRecord, listNames, readRecord } from "../environment/record.ts";
import { environmentFolder } from "../home.ts";
import { readRegionAddress } from "../region/address.ts";
import { explainFailure } from "../report/failure.ts";
import { renderTable } from "../report/table.ts";
import { done, type Outcome, runCommand, type Session } from "../session.ts";

export function registerList(program: Command): void {
  program
    .command("list")
    .action((_: object, command: Command) => runCommand(command, list, { interrupted: "at once" }));
}

/** The current state of one environment. */
interface Row {
  readonly name: string;
  readonly target: string;
  readonly stage: string;
  /** `serving`, or why not. */
  readonly now: string;
  readonly owner: string;
  readonly expires: string;
  readonly url: string | null;
}

async function list({ home, target }: Session): Promise<Outcome> {
  const inspected = await Promise.all(listNames(home).map((name) => inspect(home, name)));
  const unreadable = inspected.find(({ error }) => error !== undefined)?.error;
  const failure = unreadable && explainFailure(unreadable, home);
  const shown = inspected
    .map(({ row }) => row)
    .filter((row) => target === undefined || row.target === target || row.target === "?");
  const cells = shown.map(({ name, target: where, stage, now, owner, expires }) => [
    name,
    where,
    stage,
    now,
    owner,
    expires,
  ]);
  return {
    exitCode: failure?.exitCode ?? done,
    ...(failure && { failure }),
    report: { environments: shown },
    lines:
      shown.length === 0
        ? ["No environments. Create one: dmm-env up <name>"]
        : renderTable(["name", "target", "stage", "now", "owner", "expires"], cells),
  };
}

/** One environment; if it belongs to another user, the operating system's refusal. */
async function inspect(
  home: Session["home"],
  name: string,
): Promise<{ readonly row: Row; readonly error?: MachineError }> {
  try {
    const record = readRecord(home, name);
    if (record === undefined)
      return { row: unknown(name, "damaged", `no record; dmm-env down ${name} removes it`) };
    const { now, url } = await seeNow(home, record);
    const { target, stage, owner, expires } = record;
    return { row: { name, target, stage, now, owner, expires, url } };
  } catch (error) {
    const { message } = error as Error;
    return error instanceof MachineError && error.code === "DMM_MACHINE_FILE_UNUSABLE"
      ? { row: unknown(name, "unreadable", message), error }
      : { row: unknown(name, "damaged", message) };
  }
}

function unknown(name: string, stage: "damaged" | "unreadable", now: string): Row {
  return { name, target: "?", stage, now, owner: "?", expires: "?", url: null };
}

async function seeNow(
  home: Session["home"],
  record: EnvironmentRecord,
): Promise<{ now: string; url: string | null }> {
  const folder = environmentFolder(home, record.name);
  const holder = readHolder(folder.lock);
  if (holder !== undefined) return { now: `busy (${holder.command}, process ${holder.pid})`, url: null };
  const region = readRegionAddress(folder.region);
  if (record.target === "local" && region === undefined) return { now: "region not running", url: null };
  if (region !== undefined && isStopped(region.pid))
    return { now: `region unresponsive (process ${region.pid} is stopped)`, url: null };
  const outputs = readFileIfPresent(folder.outputs);
  if (outputs === undefined) return { now: "incomplete", url: null };
  const ingress = findIngress(JSON.parse(outputs), region);
  const response = await tryAccess(ingress, readClient(folder.access, operatorGrant));
  const over = Date.parse(record.expires) < Date.now() ? "expired, " : "";
  return {
    now: over + (response === "in" ? "serving" : `rejects the operator (${describeAccess(response)})`),
    url: ingress.url,
  };
}
