import { bindBriefly } from "../../machine/ports.ts";

/** Tried in this order if production's own port is unavailable; 0 lets the system choose. */
const alternatives = [8443, 9443, 10_443, 0] as const;
/** Host number for trying ports; the region never assigns it. */
const probeHost = 9;

/**
 * The port of an environment's ingress on this machine: production's, if this user may bind it and no other
 * program uses it on every address, else the next best.
 */
export async function chooseIngressPort(network: number, production: number): Promise<number> {
  const address = `127.${network}.0.${probeHost}`;
  let failure: unknown;
  for (const port of [production, ...alternatives]) {
    try {
      return await bindBriefly(address, port);
    } catch (error) {
      failure = error;
    }
  }
  throw failure;
}
