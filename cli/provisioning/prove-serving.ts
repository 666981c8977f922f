import { join } from "node:path";
import { replaceFile } from "../../machine/files.ts";
import { accessAws } from "../access/aws-access.ts";
import { readClient } from "../access/client-identity.ts";
import { explainRefusal } from "../access/explain-refusal.ts";
import { ask, type ClientIdentity, type Ingress } from "../access/ingress.ts";
import { operatorGrant } from "../access/operator-grant.ts";
import { fetchToken, readVerifierSecret, type Token } from "../access/token.ts";

import { type EnvironmentRecord, writeRecord } from "../environment/record.ts";
import { OperatorError } from "../errors.ts";
import type { Progress } from "../report/steps.ts";
import type { OpenedUp } from "./up-run.ts";

const withinSeconds = { local: 30, aws: 600 } as const;

/**
 * An environment is up once it has served a request of an insider with a token, from outside and through every
 * component.
 */
export async function proveServing(run: OpenedUp, progress: Progress): Promise<OpenedUp> {
  const { session, record, folder, ingress, outputs, project, region } = run;
  const secret = await readVerifierSecret(accessAws(project.region, region), outputs.verifier);
  const client = readClient(folder.access, operatorGrant);
  const credentials = { id: outputs.verifier.clientId, secret, scope: "verify:read" };
  const start = performance.now();
  for (let attempt = 1; ; attempt += 1) {
    const outcome = await serve(ingress, client, credentials).catch((error: Error) => error);
    if (!(outcome instanceof Error)) {
      writeTokenHeader(folder.access, outcome);
      break;
    }
    const seconds = withinSeconds[record.target];
    if (performance.now() - start > seconds * 1000) {
      throw new OperatorError(
        "DMM_INGRESS_NOT_SERVING",
        { name: record.name, seconds, problem: explainRefusal(outcome) },
        outcome,
      );
    }
    session.interruption.first.throwIfAborted();
    progress(`attempt ${attempt}: ${explainRefusal(outcome)}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  progress(`${ingress.url} served GET /verify/echo`);
  const served: EnvironmentRecord = { ...record, stage: "up" };
  writeRecord(session.home, served);
  return { ...run, record: served };
}

/** A new token, proven by one request that it authorizes. */
export async function serve(
  ingress: Ingress,
  client: ClientIdentity,
  credentials: { readonly id: string; readonly secret: string; readonly scope: string },
): Promise<Token> {
  const token = await fetchToken(ingress, client, credentials);
  const response = await ask(ingress, {
    path: "/verify/echo",
    client,
    headers: { authorization: `Bearer ${token.value}` },
  });
  if (response.status !== 200)
    throw new Error(`GET /verify/echo returned ${response.status}: ${response.body.slice(0, 200)}`);
  return token;
}

/** The header that curl reads from a file, so that no token is in a command line. */
export function tokenHeaderFile(access: string): string {
  return join(access, "authorization.header");
}

export function writeTokenHeader(access: string, token: Token): void {
  replaceFile(tokenHeaderFile(access), `Authorization: Bearer ${token.value}\n`);
}
