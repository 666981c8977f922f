import { HealthProbe, type ProbeOutcome } from "./health-check.ts";
import { UpstreamTarget } from "./target.ts";
import type { Upstream } from "./upstream.ts";

interface Choice {
  readonly target: UpstreamTarget;
  readonly weight: number;
  /** Absent where health checks are disabled. */
  readonly probe: HealthProbe | undefined;
}

/** The origins of one upstream, with their weights. */
export class UpstreamChoices {
  readonly #choices: readonly Choice[];

  constructor(choices: readonly Choice[]) {
    this.#choices = choices;
  }

  get all(): readonly Choice[] {
    return this.#choices;
  }

  /**
   * One healthy origin by weight, other than `except` if possible. When all are unhealthy, all are tried: a guess
   * is better than a refusal.
   */
  choose(except?: UpstreamTarget): UpstreamTarget | undefined {
    const choices = this.#choices;
    if (choices.length <= 1) return choices[0]?.target;
    const now = Date.now();
    const others = choices.filter(({ target }) => target !== except);
    const healthy = others.filter(
      ({ target, probe }) => target.isHealthy(now) && !target.busy && probe?.healthy !== false,
    );
    return pickByWeight(healthy.length > 0 ? healthy : others);
  }
}

function pickByWeight(choices: readonly Choice[]): UpstreamTarget | undefined {
  let total = 0;
  for (const { weight } of choices) total += weight;
  let point = Math.random() * total;
  for (const { target, weight } of choices) {
    point -= weight;
    if (point < 0) return target;
  }
  return choices.at(-1)?.target;
}

/** All origins that this process knows. They outlive configurations, and so do their connections. */
export class Upstreams {
  readonly #targets = new Map<string, UpstreamTarget>();
  /** By origin and health check. */
  readonly #probes = new Map<string, HealthProbe>();
  readonly #onHealth: (outcome: ProbeOutcome) => void;

  constructor(onHealth: (outcome: ProbeOutcome) => void) {
    this.#onHealth = onHealth;
  }

  resolve(upstream: Upstream): UpstreamChoices {
    return new UpstreamChoices(
      upstream.targets.map(({ origin, weight }) => {
        const target = this.#open(origin);
        return { target, weight, probe: this.#openProbe(target, upstream) };
      }),
    );
  }

  /** Serves these from now on: unused origins are dropped, and their health checks end. */
  serve(served: Iterable<UpstreamChoices>): void {
    const [targets, probes] = [new Set<UpstreamTarget>(), new Set<HealthProbe>()];
    for (const choices of served)
      for (const { target, probe } of choices.all) {
        targets.add(target);
        if (probe !== undefined) probes.add(probe);
      }
    for (const [key, probe] of this.#probes) {
      if (probes.has(probe)) probe.start();
      else {
        probe.close();
        this.#probes.delete(key);
      }
    }
    // Requests in flight may finish there; idle connections expire.
    for (const [origin, target] of this.#targets) if (!targets.has(target)) this.#targets.delete(origin);
  }

  get targets(): Iterable<UpstreamTarget> {
    return this.#targets.values();
  }

  close(): void {
    for (const probe of this.#probes.values()) probe.close();
    for (const target of this.#targets.values()) target.close();
  }

  #open(origin: string): UpstreamTarget {
    let target = this.#targets.get(origin);
    if (target === undefined) {
      target = new UpstreamTarget(origin);
      this.#targets.set(origin, target);
    }
    return target;
  }

  #openProbe(target: UpstreamTarget, { health, connectLimitMs }: Upstream): HealthProbe | undefined {
    if (health === undefined) return undefined;
    const settings = { ...health, connectLimitMs };
    const key = [target.origin, health.path, health.intervalMs, connectLimitMs].join(" ");
    let probe = this.#probes.get(key);
    if (probe === undefined) {
      probe = new HealthProbe(target, settings, this.#onHealth);
      this.#probes.set(key, probe);
    }
    return probe;
  }
}
