import type { Upstream } from "../routing/route.ts";
import { UpstreamTarget } from "./target.ts";

interface Choice {
  readonly target: UpstreamTarget;
  readonly weight: number;
}

/** The origins of one upstream, with their weights. */
export class UpstreamChoices {
  readonly #choices: readonly Choice[];

  constructor(choices: readonly Choice[]) {
    this.#choices = choices;
  }

  /**
   * One origin by weight among the healthy ones, other than `except` if there is another. When all are resting, all are
   * tried: a guess is better than a refusal.
   */
  choose(except?: UpstreamTarget): UpstreamTarget | undefined {
    const choices = this.#choices;
    if (choices.length <= 1) return choices[0]?.target;
    const now = Date.now();
    const others = choices.filter(({ target }) => target !== except);
    const healthy = others.filter(({ target }) => target.isHealthy(now) && !target.busy);
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

  resolve(upstream: Upstream): UpstreamChoices {
    return new UpstreamChoices(
      upstream.targets.map(({ origin, weight }) => ({
        target: this.#open(origin),
        weight,
      })),
    );
  }

  get targets(): Iterable<UpstreamTarget> {
    return this.#targets.values();
  }

  close(): void {
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
}
