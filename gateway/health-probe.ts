import { get } from "node:http";
import { parseListeningSettings } from "./settings.ts";
import { readTaskAddress } from "./task.ts";

/** The image's health check: exits 0 when the process of this container is live. */
export async function probeHealth(): Promise<void> {
  const settings = parseListeningSettings(process.env);
  const host = await readTaskAddress(settings.host);
  const status = await new Promise<number>((resolve) => {
    const request = get({ host, port: settings.port, path: "/health/live", timeout: 2000 }, (response) => {
      response.resume();
      resolve(response.statusCode ?? 0);
    });
    request.on("timeout", () => request.destroy());
    request.on("error", () => resolve(0));
  });
  process.exit(status === 200 ? 0 : 1);
}
