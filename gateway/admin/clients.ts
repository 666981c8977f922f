import { ConfigurationInvalidError, NotFoundError } from "../configuration/change-errors.ts";
import { type ClientEntry, type ConfigurationDocument, findEntry } from "../configuration/document.ts";
import { readAuthMethod } from "../configuration/normalize.ts";

/** Whether the client authenticates with a secret; other clients must not have one. */
export function bearsSecret(client: ClientEntry): boolean {
  return readAuthMethod(client) === "client_secret_basic";
}

/** Returns the document if it contains this client. @throws NotFoundError */
export function requireClient(document: ConfigurationDocument, name: string): ConfigurationDocument {
  if (findEntry(document, "clients", name) === undefined) throw new NotFoundError(`client ${name}`);
  return document;
}

/**
 * Returns the document if it contains this client and the client can have a secret.
 *
 * @throws NotFoundError, ConfigurationInvalidError
 */
export function requireSecretBearer(document: ConfigurationDocument, name: string): ConfigurationDocument {
  const client = findEntry(document, "clients", name);
  if (client === undefined) throw new NotFoundError(`client ${name}`);
  if (!bearsSecret(client)) {
    const { public: isPublic } = client;
    const message = isPublic
      ? "A public client has no secret."
      : "It authenticates by its keys, not by a secret.";
    throw new ConfigurationInvalidError([
      { kind: "clients", name, field: isPublic ? "public" : "tokenEndpointAuthMethod", message },
    ]);
  }
  return document;
}
