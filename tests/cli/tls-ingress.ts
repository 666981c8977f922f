import { once } from "node:events";
import { createServer, type Server } from "node:https";
import type { AddressInfo } from "node:net";
import { algorithm, createSerial, exportKey } from "../../cli/access/authority.ts";
import type { Ingress } from "../../cli/access/ingress.ts";
import { x509 } from "../../cli/access/x509.ts";
import { reserveNetwork } from "../loopback.ts";

const network = await reserveNetwork();

/**
 * A TLS server that accepts clients with an unrevoked certificate of an authority, like the platform's ingress.
 */
export interface StartedIngress extends AsyncDisposable {
  readonly ingress: Ingress;
  /** Uses another revocation list from now on. */
  useRevocationList(pem: string): void;
}

const hostName = "feature-x.api.example.com";

export async function startIngress(authorityPem: string, revocationList: string): Promise<StartedIngress> {
  const { certificate, key } = await issueServerCertificate();
  const secrets = (crl: string) => ({ cert: certificate, key, ca: authorityPem, crl });
  const server = createServer(
    { ...secrets(revocationList), requestCert: true, rejectUnauthorized: true },
    (request, response) => response.end(`${request.method} ${request.url}`),
  );
  server.listen(0, `${network}.0.1`);
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return {
    ingress: {
      url: `https://${hostName}:${port}`,
      host: hostName,
      connect: { host: `${network}.0.1`, port },
      plainPort: port,
      authority: certificate,
    },
    useRevocationList: (pem) => server.setSecureContext(secrets(pem)),
    [Symbol.asyncDispose]: () => close(server),
  };
}

async function close(server: Server): Promise<void> {
  server.closeAllConnections();
  server.close();
  await once(server, "close");
}

async function issueServerCertificate(): Promise<{ readonly certificate: string; readonly key: string }> {
  const keys = (await crypto.subtle.generateKey(algorithm, true, ["sign", "verify"])) as CryptoKeyPairOf;
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    serialNumber: createSerial(),
    name: `CN=${hostName}`,
    notBefore: new Date(Date.now() - 60_000),
    notAfter: new Date(Date.now() + 3_600_000),
    signingAlgorithm: algorithm,
    keys,
    extensions: [
      new x509.SubjectAlternativeNameExtension([{ type: "dns", value: hostName }]),
      new x509.BasicConstraintsExtension(true, undefined, true),
    ],
  });
  return { certificate: certificate.toString("pem"), key: await exportKey(keys.privateKey) };
}

type CryptoKeyPairOf = { readonly publicKey: CryptoKey; readonly privateKey: CryptoKey };
