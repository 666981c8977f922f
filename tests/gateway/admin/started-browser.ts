import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";
import { type Browser, type BrowserContextOptions, chromium, type Page } from "playwright-core";
import { describePerson } from "./started-admin.ts";

/** Chromium on PATH; undefined if there is none. */
export function findChromium(): string | undefined {
  const folders = (process.env.PATH ?? "").split(delimiter);
  return folders.map((folder) => join(folder, "chromium")).find(isExecutable);
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** A real browser, and all errors that its pages reported. */
export class StartedBrowser {
  readonly complaints: string[] = [];
  readonly #browser: Browser;

  private constructor(browser: Browser) {
    this.#browser = browser;
  }

  static async start(executablePath: string): Promise<StartedBrowser> {
    // The sandbox needs privileges that a container lacks.
    return new StartedBrowser(await chromium.launch({ executablePath, args: ["--no-sandbox"] }));
  }

  /** A page in a separate session of one person. */
  async open(name: string, options: BrowserContextOptions = {}): Promise<Page> {
    const context = await this.#browser.newContext({
      viewport: { width: 1280, height: 860 },
      extraHTTPHeaders: describePerson(name),
      ...options,
    });
    const page = await context.newPage();
    page.setDefaultTimeout(10_000);
    page.on("pageerror", (error) => this.complaints.push(error.message));
    page.on("console", (message) => {
      // Responses like 409 and 422 are part of the site.
      if (message.type() === "error" && !message.text().startsWith("Failed to load resource"))
        this.complaints.push(message.text());
    });
    return page;
  }

  async stop(): Promise<void> {
    await this.#browser.close();
  }
}
