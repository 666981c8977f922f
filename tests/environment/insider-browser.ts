import { once } from "node:events";
import { createServer, type Server } from "node:http";
import { type AddressInfo, connect } from "node:net";
import { getCACertificates, setDefaultCACertificates } from "node:tls";
import { type Browser, chromium, type Page } from "playwright-core";
import type { BrowserSteps } from "./insider.ts";

/**
 * An insider's Chromium. Playwright presents the certificate and verifies the ingress in place of Chromium, so
 * names are resolved by a proxy, which knows only the printed rules and loopback addresses.
 */
export class InsiderBrowser {
  /** All errors of a page's console, scripts and requests. */
  readonly complaints: string[] = [];
  readonly page: Page;
  readonly #browser: Browser;
  readonly #proxy: Server;

  private constructor(browser: Browser, proxy: Server, page: Page) {
    this.#browser = browser;
    this.#proxy = proxy;
    this.page = page;
    page.setDefaultTimeout(20_000);
    page.on("pageerror", (error) => this.complaints.push(error.message));
    page.on("console", (message) => {
      if (["error", "warning"].includes(message.type())) this.complaints.push(message.text());
    });
    page.on("requestfailed", (request) =>
      this.complaints.push(`${request.url()}: ${request.failure()?.errorText}`),
    );
  }

  static async start(executablePath: string, steps: BrowserSteps): Promise<InsiderBrowser> {
    setDefaultCACertificates([...getCACertificates("default"), steps.authority]);
    const proxy = createProxy(steps.addresses);
    proxy.listen(0, "127.0.0.1");
    await once(proxy, "listening");
    // The sandbox needs privileges that a container lacks.
    const browser = await chromium.launch({ executablePath, args: ["--no-sandbox"] });
    const context = await browser.newContext({
      proxy: { server: `http://127.0.0.1:${(proxy.address() as AddressInfo).port}` },
      clientCertificates: [steps.url, steps.adminUrl].map((origin) => ({
        origin,
        pfxPath: steps.bundle,
        passphrase: steps.password,
      })),
    });
    return new InsiderBrowser(browser, proxy, await context.newPage());
  }

  async stop(): Promise<void> {
    await this.#browser.close();
    this.#proxy.close();
  }
}

function createProxy(addresses: ReadonlyMap<string, string>): Server {
  const proxy = createServer();
  proxy.on("connect", (request, client) => {
    const { hostname, port } = new URL(`http://${request.url}`);
    const address = hostname.startsWith("127.") ? hostname : addresses.get(hostname);
    if (address === undefined) {
      client.end("HTTP/1.1 502 Bad Gateway\r\n\r\n");
      return;
    }
    // URL drops the default port of its scheme.
    const server = connect(Number(port || 80), address, () => {
      client.write("HTTP/1.1 200 OK\r\n\r\n");
      server.pipe(client).pipe(server);
    });
    server.on("error", () => client.destroy());
    client.on("error", () => server.destroy());
  });
  return proxy;
}
