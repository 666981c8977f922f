import type { Contender, Running } from "./contenders/contender.ts";
import { contenders } from "./contenders/table.ts";
import { type GeneratorPlan, renderRequest } from "./load/plan.ts";
import { report } from "./progress.ts";
import { serverName, type TestBed } from "./test-bed/test-bed.ts";

/** A contender that is available. */
export interface Participant {
  readonly contender: Contender;
  readonly running: Running;
}

export interface Participants extends AsyncDisposable {
  readonly all: readonly Participant[];
  /** Unavailable contenders by name, and why. */
  readonly absent: Readonly<Record<string, string>>;
}

/** Starts every available contender, or only the named ones. */
export async function startParticipants(testBed: TestBed, only: readonly string[]): Promise<Participants> {
  await using stack = new AsyncDisposableStack();
  const all: Participant[] = [];
  const absent: Record<string, string> = {};
  for (const contender of contenders) {
    if (only.length > 0 && !only.includes(contender.name)) continue;
    const absence = contender.absence();
    if (absence !== undefined) {
      absent[contender.name] = absence;
      continue;
    }
    report(`starting ${contender.name}`);
    const running = stack.use(await contender.start(testBed, testBed.network.contender(all.length)));
    await proveBehaviour(contender.name, running);
    all.push({ contender, running });
  }
  const owned = stack.move();
  return { all, absent, [Symbol.asyncDispose]: () => owned.disposeAsync() };
}

/**
 * Checks that it accepts authorized requests and, if it checks anything, refuses others. @throws Error when it
 * does not
 */
async function proveBehaviour(name: string, { host, port, path, authorizations }: Running): Promise<void> {
  const ask = async (headers: Record<string, string>): Promise<number> => {
    const response = await fetch(`http://${host}:${port}${path}`, { headers });
    await response.arrayBuffer();
    return response.status;
  };
  for (const authorization of authorizations.length === 0 ? [""] : authorizations.slice(0, 1)) {
    const status = await ask(authorization === "" ? {} : { authorization });
    if (status !== 200)
      throw new Error(`${name} answered ${status} to a request that it should let through.`);
    if (authorization === "") continue;
    const forged = await ask({ authorization: `${authorization.slice(0, -9)}AAAAAAAAA` });
    if (forged !== 401) throw new Error(`${name} answered ${forged} to a forged token; it should be 401.`);
  }
}

/** Connections that keep a contender busy. */
const connections = 64;

/** A load for this contender: accepted requests, its tokens in turn. */
export function planLoad({ host, port, path, authorizations }: Running, seconds: number): GeneratorPlan {
  const headers = { accept: "*/*", "user-agent": "bench" };
  const requests =
    authorizations.length === 0
      ? [renderRequest(path, serverName, headers)]
      : authorizations.map((authorization) => renderRequest(path, serverName, { ...headers, authorization }));
  return { destination: { host, port }, requests, connections, seconds };
}
