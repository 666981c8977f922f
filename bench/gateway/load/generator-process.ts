import { text } from "node:stream/consumers";
import { setTimeout as delay } from "node:timers/promises";
import { createHistogram, readPercentiles, toMicroseconds } from "../../../verify/load/histogram.ts";
import type { GeneratorPlan, GeneratorReport } from "./plan.ts";
import { RawConnection } from "./raw-connection.ts";

/**
 * The generator: a separate process, so that it can be pinned to a core and its processor time measured. Reads a
 * plan from standard input and prints a report. Latency counts from the intended send time.
 */
const plan = JSON.parse(await text(process.stdin)) as GeneratorPlan;
const { arrivalsPerSecond, requests } = plan;
const response = createHistogram();
const lateness = createHistogram();
const kinds: Record<string, number> = {};
let sent = 0;
let planned = 0;
let unsent = 0;

const connections = await openAll();
const idle: RawConnection[] = [];
const cpuBefore = process.cpuUsage();
const startedAt = performance.now();
const endAt = startedAt + plan.seconds * 1000;
const finished = Promise.withResolvers<void>();

for (const connection of connections) idle.push(connection);
if (arrivalsPerSecond === undefined) while (idle.length > 0) send(idle.pop()!, performance.now());
else tick(arrivalsPerSecond);
await Promise.race([finished.promise, afterTheEnd()]);
const durationMs = performance.now() - startedAt;
const cpu = process.cpuUsage(cpuBefore);
for (const connection of connections) connection.close();
const report: GeneratorReport = {
  planned: arrivalsPerSecond === undefined ? sent : planned,
  sent,
  unsent,
  responses: [],
  response: readPercentiles(response),
  lateness: readPercentiles(lateness),
  durationMs,
  kinds,
  generatorCpuMs: (cpu.user + cpu.system) / 1000,
};
process.stdout.write(JSON.stringify(report), () => process.exit(0));

async function openAll(): Promise<RawConnection[]> {
  const opened: RawConnection[] = [];
  // A few at a time: a listener's queue is not measured.
  while (opened.length < plan.connections) {
    const group = Math.min(16, plan.connections - opened.length);
    opened.push(
      ...(await Promise.all(Array.from({ length: group }, () => RawConnection.open(plan.destination)))),
    );
  }
  return opened;
}

function send(connection: RawConnection, dueAt: number): void {
  const request = requests[sent % requests.length]!;
  sent++;
  connection.onResponse = (status, problem) => {
    const now = performance.now();
    const kind = problem === "" ? String(status) : problem;
    kinds[kind] = (kinds[kind] ?? 0) + 1;
    response.recordValue(toMicroseconds(now - dueAt));
    if (problem !== "") finishIfIdle();
    else if (arrivalsPerSecond === undefined && now < endAt) send(connection, now);
    else {
      idle.push(connection);
      finishIfIdle();
    }
  };
  connection.send(request);
}

function tick(perSecond: number): void {
  const now = performance.now();
  // The number due by the end is a whole number, which a difference of two times need not be.
  const elapsedMs = now < endAt ? now - startedAt : plan.seconds * 1000;
  const due = Math.floor((elapsedMs * perSecond) / 1000);
  for (; planned < due; planned++) {
    const dueAt = startedAt + (planned * 1000) / perSecond;
    const connection = idle.pop();
    if (connection === undefined) {
      unsent++;
      continue;
    }
    lateness.recordValue(toMicroseconds(now - dueAt));
    send(connection, dueAt);
  }
  if (now < endAt) setTimeout(tick, 1, perSecond);
  else finishIfIdle();
}

function finishIfIdle(): void {
  const responded = Object.values(kinds).reduce((sum, count) => sum + count, 0);
  if (performance.now() >= endAt && responded === sent) finished.resolve();
}

/** Requests without a response a second after the end count as lost. */
async function afterTheEnd(): Promise<void> {
  await delay(plan.seconds * 1000 + 1000);
  const responded = Object.values(kinds).reduce((sum, count) => sum + count, 0);
  if (responded < sent) kinds["no response"] = sent - responded;
}
