import type { CheckContext } from "../check.ts";
import { VerifyError } from "../errors.ts";
import { shorten } from "../shorten.ts";
import type { Target } from "../target.ts";
import type { Responded } from "./attempt.ts";
import type { ClientRequest } from "./http.ts";
import { requestPatiently } from "./retry-after.ts";

/** The result of a change, as the admin API reports it. */
export interface ConfigurationChange {
  readonly version: number;
  readonly propagation: {
    readonly acknowledged: number;
    readonly of: number;
    readonly afterMs: number;
  };
  /** From the request to the response, measured here. */
  readonly elapsedMs: number;
}

/** An entry of the configuration: `routes/verify-x`. */
export interface Edit {
  readonly method: "PUT" | "DELETE";
  readonly entry: string;
  readonly value?: object;
}

/** Number of conflicting edits by others before one of ours is given up. */
const mostAttempts = 8;

/**
 * One request to the admin API, with the operator's certificate. Independent of the check: clean-up uses it as
 * well.
 */
export async function askAdmin(
  context: CheckContext,
  request: Omit<ClientRequest, "signal" | "headers">,
): Promise<Responded> {
  const client = context.ingress.open({ site: "admin" });
  try {
    return await client.request({
      ...request,
      headers: request.body === undefined ? {} : { "content-type": "application/json" },
    });
  } finally {
    client.close();
  }
}

/** The version that an edit must be based on. Throws DMM_VERIFY_NO_CONTROL if the site does not return it. */
export async function readVersion(context: CheckContext): Promise<number> {
  const response = await requestPatiently(() => askAdmin(context, { path: "/api/configuration" }));
  const version = response.status === 200 ? parseObject(response.body).version : undefined;
  if (typeof version !== "number")
    throw new VerifyError("DMM_VERIFY_NO_CONTROL", {
      what: `the admin site should return its version but returned ${response.status}`,
    });
  return version;
}

/** An edit based on the given version; returns any response. */
export function sendEdit(context: CheckContext, edit: Edit, basedOn: number): Promise<Responded> {
  return askAdmin(context, {
    method: edit.method,
    path: `/api/${edit.entry}?basedOn=${basedOn}&summary=verification`,
    ...(edit.value === undefined ? {} : { body: JSON.stringify(edit.value) }),
  });
}

/** The edits of one run are serialized, so that no check makes another's version stale. */
const editing = new WeakMap<Target, Promise<unknown>>();

async function inTurn<Result>({ target }: CheckContext, work: () => Promise<Result>): Promise<Result> {
  const before = editing.get(target) ?? Promise.resolve();
  const turn = before.then(work, work);
  editing.set(
    target,
    turn.catch(() => undefined),
  );
  return await turn;
}

/**
 * Sends an edit based on the current version, and again based on the version in a 409 response after a conflict.
 */
async function sendCurrentEdit(context: CheckContext, edit: Edit): Promise<Responded> {
  let basedOn = await readVersion(context);
  for (let attempt = 1; ; attempt += 1) {
    const response = await requestPatiently(() => sendEdit(context, edit, basedOn));
    if (response.status !== 409 || attempt === mostAttempts) return response;
    const { conflict } = parseObject(response.body);
    const current = Number((conflict as { current?: unknown } | undefined)?.current);
    basedOn = current > basedOn ? current : await readVersion(context);
  }
}

/** Makes an edit, and retries after a conflict. Throws DMM_VERIFY_NO_CONTROL if it is refused. */
export function changeConfiguration(context: CheckContext, edit: Edit): Promise<ConfigurationChange> {
  return inTurn(context, async () => {
    const response = await sendCurrentEdit(context, edit);
    const change = response.status < 300 ? parseChange(response) : undefined;
    if (change === undefined) {
      throw new VerifyError("DMM_VERIFY_NO_CONTROL", {
        what: `${edit.method} ${edit.entry} should be accepted by the admin site but returned ${response.status} ${shorten(response.body)}`,
      });
    }
    return change;
  });
}

/** The same with an entry that is removed after the check, whatever its outcome. */
export async function addEntry(
  context: CheckContext,
  entry: string,
  value: object,
): Promise<ConfigurationChange> {
  context.defer(() => removeEntry(context, entry));
  return await changeConfiguration(context, { method: "PUT", entry, value });
}

/** Removes an entry if it exists. */
async function removeEntry(context: CheckContext, entry: string): Promise<void> {
  const response = await inTurn(context, () => sendCurrentEdit(context, { method: "DELETE", entry }));
  if (response.status !== 404 && response.status >= 300)
    throw new VerifyError("DMM_VERIFY_NO_CONTROL", {
      what: `${entry} could not be removed: ${response.status}`,
    });
}

function parseChange({ body, elapsedMs }: Responded): ConfigurationChange | undefined {
  const { version, propagation } = parseObject(body);
  if (typeof version !== "number" || typeof propagation !== "object" || propagation === null)
    return undefined;
  const { acknowledged, of, afterMs } = propagation as Record<string, unknown>;
  if (typeof acknowledged !== "number" || typeof of !== "number" || typeof afterMs !== "number")
    return undefined;
  return { version, propagation: { acknowledged, of, afterMs }, elapsedMs };
}

/** A JSON object, or an empty one if the text is not an object. */
export function parseObject(text: string): Readonly<Record<string, unknown>> {
  try {
    const parsed: unknown = JSON.parse(text);
    return typeof parsed === "object" && parsed !== null ? { ...parsed } : {};
  } catch {
    return {};
  }
}
