import type { Properties } from "../resource.ts";
import type { CheckFailure } from "../resource-handler.ts";
import { objectOf, objectsOf, textOf, textsOf } from "../values.ts";

/** Supported conditions of listener rules, by property: the sample, and whether matching is case-sensitive. */
const honoured: Readonly<Record<string, { readonly sample: string; readonly ignoreCase: boolean }>> = {
  // A client's Host includes the port that it connected to, which rules omit.
  hostHeader: { sample: "req.hdr(host),host_only", ignoreCase: true },
  pathPattern: { sample: "path", ignoreCase: false },
  httpRequestMethod: { sample: "method", ignoreCase: false },
};

/** Unsupported elements of a rule's conditions. */
export function validateConditions(inputs: Properties): readonly CheckFailure[] {
  return objectsOf(inputs, "conditions").flatMap((condition) =>
    Object.keys(condition)
      .filter((name) => !(name in honoured) && name !== "sourceIp" && condition[name] !== null)
      .map((name) => ({
        property: "conditions",
        reason: `${name} is not supported here; supported are ${[...Object.keys(honoured), "sourceIp"].join(", ")}.`,
      })),
  );
}

/** The conditions of a rule as HAProxy's anonymous ACLs; all of them must match, each by any of its values. */
export function renderConditions(inputs: Properties): string {
  return objectsOf(inputs, "conditions")
    .flatMap((condition) => {
      const tests = Object.entries(honoured).flatMap(([name, { sample, ignoreCase }]) => {
        const values = textsOf(objectOf(condition, name) ?? {}, "values");
        const flags = ignoreCase ? "-m reg -i" : "-m reg";
        return values.length > 0 ? [`{ ${sample} ${flags} ${values.map(renderPattern).join(" ")} }`] : [];
      });
      const networks = textsOf(objectOf(condition, "sourceIp") ?? {}, "values");
      return networks.length > 0 ? [...tests, `{ src ${networks.join(" ")} }`] : tests;
    })
    .join(" ");
}

/** `*` matches any characters and `?` one, as in the API reference. */
function renderPattern(pattern: string): string {
  const escaped = pattern
    .replace(/[.+^${}()|[\]\\]/g, "\\$&")
    .replaceAll("*", ".*")
    .replaceAll("?", ".");
  return quote(`^${escaped}$`);
}

/** Quotes one word of HAProxy's configuration, whatever it contains. */
export function quote(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

/** The priority of a rule as a number. */
export function priorityOf(inputs: Properties): number {
  return Number(textOf(inputs, "priority") ?? inputs.priority ?? 0);
}
