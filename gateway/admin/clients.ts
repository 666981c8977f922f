import { type ConfigurationDocument, findEntry } from "../configuration/document.ts";
import { ConfigurationInvalidError, UnknownError } from "../configuration/errors.ts";

/**
 * The document as it is, when it has this client and the client can have a secret.
 *
 * @throws UnknownError, ConfigurationInvalidError
 */
export function requireSecretBearer(document: ConfigurationDocument, name: string): ConfigurationDocument {
  const client = findEntry(document, "clients", name);
  if (client === undefined) throw new UnknownError(`client ${name}`);
  if (client.public)
    throw new ConfigurationInvalidError([
      { kind: "clients", name, field: "public", message: "A public client has no secret." },
    ]);
  return document;
}
