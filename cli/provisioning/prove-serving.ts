import { join } from "node:path";
import { replaceFile } from "../../machine/files.ts";
import { pollUntil } from "../../machine/wait.ts";
import { accessAws } from "../access/aws-access.ts";
import { readClient } from "../access/client-identity.ts";
import { explainRefusal } from "../access/explain-refusal.ts";
import { ask, type ClientIdentity, type Ingress } from "../access/ingress.ts";
import { operatorGrant } from "../access/operator-grant-name.ts";
import { fetchToken, readVerifierSecret, type Token } from "../access/token.ts";
import { type EnvironmentRecord, writeRecord } from "../environment/record.ts";
import { OperatorError } from "../errors.ts";
import type { Progress } from "../report/steps.ts";
import type { OpenedUp } from "./up-stages.ts";

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
  const seconds = withinSeconds[record.target];
  const failures: Error[] = [];
  const tryToServe = async () => {
    try {
      return await serve(ingress, client, credentials);
    } catch (error) {
      failures.push(error as Error);
      progress(`attempt ${failures.length}: ${explainRefusal(error as Error)}`);
      return undefined;
    }
  };
  const token = await pollUntil(tryToServe, {
    withinMs: seconds * 1000,
    everyMs: 100,
    signal: session.interruption.first,
  });
  if (token === undefined) {
    const last = failures.at(-1) ?? new Error("no attempt was made");
    const problem = explainRefusal(last);
    throw new OperatorError("DMM_INGRESS_NOT_SERVING", { name: record.name, seconds, problem }, last);
  }
  writeTokenHeader(folder.access, token);
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
