import { createHash, createHmac } from "node:crypto";
import type { AccessKey } from "../../../local/access/credentials.ts";
import type { WireRequest } from "../../../local/access/wire.ts";

export interface Signing {
  readonly key: AccessKey;
  readonly service: string;
  readonly signedHeaders?: readonly string[];
  /** The day of the credential's scope; by default that of the request. */
  readonly day?: string;
}

/** Signs according to AWS's documentation only ("Create a signed AWS API request"), without the SDK. */
export function signByHand(request: WireRequest, signing: Signing): WireRequest {
  const { key, service } = signing;
  const moment = new Date().toISOString().replace(/[-:]|\.\d+/g, "");
  const headers: Record<string, string> = { "x-amz-date": moment, ...request.headers };
  const names = signing.signedHeaders ?? Object.keys(headers).sort();
  const canonical = [
    request.method,
    service === "s3" ? request.path : request.path.split("/").map(encode).join("/"),
    request.query.split("&").filter(Boolean).sort().join("&"),
    ...names.map((name) => `${name}:${headers[name]?.trim().replace(/ +/g, " ")}`),
    "",
    names.join(";"),
    headers["x-amz-content-sha256"] ?? createHash("sha256").update(request.body).digest("hex"),
  ].join("\n");
  const scope = [signing.day ?? moment.slice(0, 8), "eu-west-1", service, "aws4_request"];
  const digest = createHash("sha256").update(canonical).digest("hex");
  const text = ["AWS4-HMAC-SHA256", moment, scope.join("/"), digest].join("\n");
  const derived = scope.reduce<string | Buffer>(
    (secret, word) => hmac(secret, word),
    `AWS4${key.secretAccessKey}`,
  );
  const credential = [key.accessKeyId, ...scope].join("/");
  const signature = hmac(derived, text).toString("hex");
  const authorization = `AWS4-HMAC-SHA256 Credential=${credential}, SignedHeaders=${names.join(";")}, Signature=${signature}`;
  return { ...request, headers: { ...headers, authorization } };
}

function hmac(secret: string | Buffer, text: string): Buffer {
  return createHmac("sha256", secret).update(text).digest();
}

function encode(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (letter) => `%${letter.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}
