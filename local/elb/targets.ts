import { pollUntil } from "../../machine/wait.ts";
import { perRegion } from "../per-region.ts";
import type { Region } from "../region.ts";
import { numberOf } from "../values.ts";
import { backendName } from "./backend-name.ts";
import type { RunningBalancer } from "./balancer-interface.ts";
import { balancerOfGroup } from "./balancer-registry.ts";
import { healthCheckOf, type ServerPlan } from "./haproxy-backend.ts";
import { waitForFirstHealth } from "./target-health.ts";
import { types } from "./types.ts";

export interface TargetAddress {
  readonly address: string;
  readonly port: number;
}

export type TargetState = "initial" | "healthy" | "unhealthy" | "draining" | "unused";

/** One registration of a target; registering the same address later creates another one. */
interface Registration extends TargetAddress {
  readonly zone: string | undefined;
  /** Name of its server in the balancer. */
  readonly name: string;
  state: "waiting" | "failing" | "serving" | "draining";
  /** Ends the wait for its first healthy response. */
  wait: AbortController | undefined;
}

const groups = perRegion(() => new Map<string, Registration[]>());
const drainPollMs = 20;
let registrations = 0;

function registrationsOf(region: Region, targetGroupArn: string): Registration[] {
  const known = groups(region);
  const list = known.get(targetGroupArn) ?? [];
  known.set(targetGroupArn, list);
  return list;
}

/** Adds a target; it gets requests after its first healthy response, once a listener uses the group. */
export async function registerTarget(
  region: Region,
  targetGroupArn: string,
  target: TargetAddress & { readonly zone?: string },
): Promise<void> {
  const list = registrationsOf(region, targetGroupArn);
  if (list.some((known) => isAt(known, target) && known.state !== "draining")) return;
  registrations += 1;
  const { address, port, zone } = target;
  const name = `${address}:${port}-${registrations}`;
  const registration: Registration = { address, port, zone, name, state: "waiting", wait: undefined };
  list.push(registration);
  introduce(region, targetGroupArn, registration);
}

/**
 * Removes a target. With `drain` (the default) it gets no new request, and the promise resolves when none is in
 * flight any more or the group's deregistration delay is over; without, immediately: the target is dead, and its
 * requests are retried on another where that is safe.
 */
export async function deregisterTarget(
  region: Region,
  targetGroupArn: string,
  target: TargetAddress,
  { drain = true }: { readonly drain?: boolean } = {},
): Promise<void> {
  const finish = await beginDeregistration(region, targetGroupArn, { target, drain });
  await finish();
}

/** Resolves when the target gets no new request; the returned promise waits for the rest. */
export async function beginDeregistration(
  region: Region,
  targetGroupArn: string,
  { target, drain }: { readonly target: TargetAddress; readonly drain: boolean },
): Promise<() => Promise<void>> {
  const list = registrationsOf(region, targetGroupArn);
  const registration = list.find((known) => isAt(known, target) && known.state !== "draining");
  if (!registration) return async () => {};
  registration.wait?.abort();
  const balancer = registration.state === "serving" ? balancerOfGroup(region, targetGroupArn) : undefined;
  const backend = backendName(targetGroupArn);
  registration.state = "draining";
  if (drain) await balancer?.drainServer(backend, registration.name);
  return async () => {
    if (balancer && drain)
      await waitUntilIdle(region, { targetGroupArn, balancer, server: registration.name });
    await balancer?.removeServer(backend, registration.name, { cut: drain });
    const index = list.indexOf(registration);
    if (index >= 0) list.splice(index, 1);
  };
}

/** Until no request is in flight, at most the group's deregistration delay. */
async function waitUntilIdle(
  region: Region,
  {
    targetGroupArn,
    balancer,
    server,
  }: { readonly targetGroupArn: string; readonly balancer: RunningBalancer; readonly server: string },
): Promise<void> {
  const group = region.resources.get(types.targetGroup, targetGroupArn);
  const withinMs = (numberOf(group?.inputs ?? {}, "deregistrationDelay") ?? 300) * 1000;
  const backend = backendName(targetGroupArn);
  const isIdle = async () => !(await balancer.readServer(backend, server))?.requests;
  await pollUntil(isIdle, { withinMs, everyMs: drainPollMs });
}

/** The state of every target, as the balancer currently sees it. */
export async function readTargetHealth(
  region: Region,
  targetGroupArn: string,
): Promise<readonly (TargetAddress & { readonly zone: string | undefined; readonly state: TargetState })[]> {
  const list = registrationsOf(region, targetGroupArn);
  const balancer = balancerOfGroup(region, targetGroupArn);
  const servers = (await balancer?.readServers(backendName(targetGroupArn))) ?? new Map();
  return list.map((registration) => ({
    address: registration.address,
    port: registration.port,
    zone: registration.zone,
    state: stateOf(registration, {
      used: balancer !== undefined,
      up: servers.get(registration.name)?.up ?? false,
    }),
  }));
}

function stateOf(
  registration: Registration,
  seen: { readonly used: boolean; readonly up: boolean },
): TargetState {
  if (registration.state === "draining") return "draining";
  if (!seen.used) return "unused";
  if (registration.state === "waiting") return "initial";
  return registration.state === "serving" && seen.up ? "healthy" : "unhealthy";
}

/** The servers that a new configuration begins with. */
export function serversOf(region: Region, targetGroupArn: string): readonly ServerPlan[] {
  return registrationsOf(region, targetGroupArn).filter((registration) => registration.state === "serving");
}

/** Called when a listener starts using the group: its targets are checked from now on. */
export function introduceTargets(region: Region, targetGroupArn: string): void {
  for (const registration of registrationsOf(region, targetGroupArn))
    introduce(region, targetGroupArn, registration);
}

/** Ends all waits for the group's targets. */
export function forgetTargets(region: Region, targetGroupArn: string): void {
  for (const registration of registrationsOf(region, targetGroupArn)) registration.wait?.abort();
  groups(region).delete(targetGroupArn);
}

function introduce(region: Region, targetGroupArn: string, registration: Registration): void {
  const group = region.resources.get(types.targetGroup, targetGroupArn);
  if (
    !group ||
    registration.wait ||
    registration.state === "serving" ||
    !balancerOfGroup(region, targetGroupArn)
  )
    return;
  const wait = new AbortController();
  registration.wait = wait;
  const check = healthCheckOf(group.inputs);
  void waitForFirstHealth(registration, check, {
    signal: wait.signal,
    onFailure: (failures) => {
      if (failures >= check.unhealthyThreshold && registration.state === "waiting")
        registration.state = "failing";
    },
  })
    .then(async (healthy) => {
      if (!healthy || wait.signal.aborted) return;
      registration.state = "serving";
      await balancerOfGroup(region, targetGroupArn)?.addServer(targetGroupArn, registration);
    })
    .catch((error: Error) =>
      region.log("balancer.target-failed", { target: registration.name, reason: error.message }),
    );
}

function isAt(registration: Registration, target: TargetAddress): boolean {
  return registration.address === target.address && registration.port === target.port;
}
