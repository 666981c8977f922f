import { readFile } from "node:fs/promises";
import { request as forward } from "node:http";
import { createServer, type Server } from "node:https";
import { type CertificateFiles, createCertificates } from "../certificates.ts";

/**
 * TLS in front of a gateway, for real browsers: it is the issuer's host, and every other host is a client's page.
 */
export class TlsProxy {
  readonly host: string;
  readonly port = 8443;
  readonly #server: Server;
  readonly #certificates: CertificateFiles;

  private constructor(host: string, server: Server, certificates: CertificateFiles) {
    this.host = host;
    this.#server = server;
    this.#certificates = certificates;
  }

  static async start(host: string, issuer: string, gateway: string): Promise<TlsProxy> {
    const certificates = await createCertificates([host]);
    const { hostname, port } = new URL(gateway);
    const server = createServer(
      { cert: await readFile(certificates.certificate), key: await readFile(certificates.key) },
      (request, response) => {
        if (request.headers.host !== new URL(issuer).host) {
          request.resume();
          response.end("<h1>The client</h1>");
          return;
        }
        const headers = { ...request.headers, "x-forwarded-for": "192.0.2.9", "x-forwarded-proto": "https" };
        const onward = forward(
          { hostname, port, path: request.url!, method: request.method!, headers },
          (upstream) => {
            response.writeHead(upstream.statusCode!, upstream.rawHeaders);
            upstream.pipe(response);
          },
        );
        onward.on("error", () => response.destroy());
        request.pipe(onward);
      },
    );
    const proxy = new TlsProxy(host, server, certificates);
    await new Promise<void>((resolve) => server.listen(proxy.port, host, resolve));
    return proxy;
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
    await this.#certificates.remove();
  }
}
