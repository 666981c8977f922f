/** One declared difference between the environment and production, besides names, addresses and tags. */
export interface Difference {
  /** Whether it is specific to this environment or common to all. */
  readonly scope: "this environment" | "every environment";
  /** Key of the configuration (`dmm-env:ingressPort`), or resource type with name or property. */
  readonly what: string;
  readonly production: string;
  readonly environment: string;
  /** Why, as a sentence. */
  readonly reason: string;
}

/** One sentence with the reason: `dmm-env:ingressPort is 8443 instead of 443. This machine …`. */
export function describeDifference({ what, production, environment, reason }: Difference): string {
  return `${what} is ${environment} instead of ${production}. ${reason}`;
}

/** Only this environment's own differences; the rest is the same in every run. */
export function selectOwn(differences: readonly Difference[]): readonly Difference[] {
  return differences.filter(({ scope }) => scope === "this environment");
}

/** The number of each kind: `1 specific to this environment, 23 common to every environment`. */
export function countDifferences(differences: readonly Difference[]): string {
  const own = selectOwn(differences).length;
  return `${own} specific to this environment, ${differences.length - own} common to every environment`;
}
