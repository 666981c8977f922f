import type { Suite } from "../check.ts";
import type { ReleaseContext } from "./context.ts";
import { nothingOfTheEnvironmentIsLeft } from "./nothing-of-the-environment-is-left.ts";
import { theEntranceAndTheDataPortsAreClosed } from "./the-entrance-and-the-data-ports-are-closed.ts";

/** Runs after `down`; it looks at where the environment was. */
export const release: Suite<ReleaseContext> = {
  name: "release",
  subject: "what is left after the environment was given back",
  order: "together",
  checks: [theEntranceAndTheDataPortsAreClosed, nothingOfTheEnvironmentIsLeft],
};
