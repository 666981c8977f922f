import { setPriority } from "node:os";
import { findHolders } from "../machine/listeners.ts";
import { waitUntil } from "../machine/wait.ts";
import type { WireRequest, WireResponse } from "./access/wire.ts";
import { choosePort } from "./daemon/ports.ts";
import { AwsError } from "./operation.ts";
import { perRegion } from "./per-region.ts";
import type { Region } from "./region.ts";

/** Services to warm up, because moto loads each one's code at its first request. */
const warmed = ["iam", "logs", "monitoring", "sns"] as const;

const readyWithinMs = 30_000;
const restartAfterMs = 200;
const timeoutMs = 15_000;

interface Moto {
  /** Counts the incarnations of the process: moto keeps nothing across a restart. */
  life: number;
  ready: Promise<void>;
  /** URL of the current incarnation. */
  url: string;
  /** Consecutive incarnations that never responded. */
  failures: number;
}

const motos = perRegion(
  (region): Moto => ({ life: 0, ready: Promise.resolve(), url: region.moto, failures: 0 }),
);

/**
 * Starts moto behind the endpoint and returns immediately. It serves the requests that the region forwards (see
 * {@link forwardToMoto}); if it dies it is restarted.
 */
export function startMoto(region: Region): void {
  const moto = motos(region);
  moto.life += 1;
  moto.ready = runMoto(region, moto);
  moto.ready.catch((error: unknown) => region.log("moto.not-ready", { error: String(error) }));
}

async function runMoto(region: Region, moto: Moto): Promise<void> {
  const { command, environment } = region.tools.moto;
  const { hostname, port: usual } = new URL(region.moto);
  const port = String(await choosePort(hostname, Number(usual)));
  moto.url = `http://${hostname}:${port}`;
  moto.failures += 1;
  const running = await region.supervisor.start({
    name: "moto",
    command,
    arguments: ["-H", hostname, "-p", port],
    environment: { ...environment, MOTO_ACCOUNT_ID: region.accountId, PYTHONUNBUFFERED: "1" },
    listens: [`${hostname}:${port}`],
    stop: { signal: "SIGTERM", withinMs: 300 },
    onExit: () => setTimeout(() => startMoto(region), restartAfterMs * 2 ** Math.min(moto.failures, 6)),
  });
  // Its start takes a second of CPU time that nothing waits for; `up` takes precedence.
  setPriority(running.pid, 10);
  await waitUntilReady(moto.url, running.pid);
  moto.failures = 0;
  void warm(region);
}

/** Resolves with the current incarnation of moto once it responds; a new one has no data. */
export async function waitForMoto(region: Region): Promise<number> {
  const moto = motos(region);
  if (moto.life === 0)
    throw new AwsError("ServiceUnavailable", "This region only releases; moto does not run in it.", 503);
  await moto.ready;
  return moto.life;
}

/** A response counts only when our process alone listens there: another program might respond instead. */
async function waitUntilReady(url: string, pid: number): Promise<void> {
  const responds = async () => {
    // If another program has taken the port, it is not even queried.
    if (!isServedBy(url, pid)) return false;
    const response = await fetch(`${url}/moto-api/`, { method: "HEAD" }).catch(() => undefined);
    await response?.body?.cancel();
    return response !== undefined && isServedBy(url, pid);
  };
  await waitUntil(`moto responds at ${url}`, responds, { withinMs: readyWithinMs, everyMs: 25 });
}

/** Whether this process, and no other, listens there. */
function isServedBy(url: string, pid: number): boolean {
  const holders = findHolders(new URL(url).host);
  return holders.length > 0 && holders.every((holder) => holder.pid === pid);
}

function urlOf(region: Region): string {
  return motos(region).url;
}

async function warm(region: Region): Promise<void> {
  for (const service of warmed) {
    const form = new URLSearchParams({ Action: "ListTopics", Version: "2010-03-31" });
    // The response, often an error, does not matter.
    await sendForm(region, service, form).catch(() => {});
  }
}

/** Forwards one request unchanged; moto reads service and region from the signature and does not verify it. */
export async function forwardToMoto(region: Region, request: WireRequest): Promise<WireResponse> {
  await waitForMoto(region);
  const {
    host: _host,
    connection: _connection,
    "content-length": _length,
    expect: _expect,
    ...headers
  } = request.headers;
  const body = request.body.length > 0 ? { body: new Uint8Array(request.body) } : {};
  const url = `${urlOf(region)}${request.path}${request.query === "" ? "" : `?${request.query}`}`;
  const response = await fetch(url, {
    method: request.method,
    headers,
    ...body,
    signal: AbortSignal.timeout(timeoutMs),
  });
  const contentType = response.headers.get("content-type");
  return {
    status: response.status,
    headers: contentType === null ? {} : { "content-type": contentType },
    body: Buffer.from(await response.arrayBuffer()),
  };
}

/** One call by the region itself, with a form (Query services). Returns the XML. */
export async function callMotoForm(
  region: Region,
  service: string,
  action: string,
  parameters: Readonly<Record<string, string>>,
): Promise<{ readonly status: number; readonly text: string }> {
  await waitForMoto(region);
  return await sendForm(region, service, new URLSearchParams({ Action: action, ...parameters }));
}

/** One call by the region itself, with JSON (`Logs_20140328.CreateLogGroup`). */
export async function callMotoJson(
  region: Region,
  service: string,
  target: string,
  input: Readonly<Record<string, unknown>>,
): Promise<{ readonly status: number; readonly text: string }> {
  await waitForMoto(region);
  const headers = { "content-type": "application/x-amz-json-1.1", "x-amz-target": target };
  return await send(region, service, headers, JSON.stringify(input));
}

async function sendForm(region: Region, service: string, form: URLSearchParams) {
  return await send(
    region,
    service,
    { "content-type": "application/x-www-form-urlencoded" },
    form.toString(),
  );
}

async function send(region: Region, service: string, headers: Record<string, string>, body: string) {
  const response = await fetch(`${urlOf(region)}/`, {
    method: "POST",
    headers: { ...headers, authorization: unsignedScope(region, service) },
    body,
    signal: AbortSignal.timeout(timeoutMs),
  });
  return { status: response.status, text: await response.text() };
}

function unsignedScope(region: Region, service: string): string {
  const scope = `region/20200101/${region.name}/${service}/aws4_request`;
  return `AWS4-HMAC-SHA256 Credential=${scope}, SignedHeaders=host, Signature=0`;
}
