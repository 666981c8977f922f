import { type PlatformState, stopTask } from "./state.ts";

/** Fault Injection Service: REST with JSON. */
export function serveFis(state: PlatformState, request: string, input: object): object {
  if (request === "POST /experimentTemplates") {
    const { targets } = input as { targets: Record<string, { resourceArns: readonly string[] }> };
    const id = `EXT${state.experiments.size + 1}`;
    state.experiments.set(id, Object.values(targets)[0]?.resourceArns[0] ?? "");
    return { experimentTemplate: { id } };
  }
  if (request === "POST /experiments") {
    const { experimentTemplateId } = input as { experimentTemplateId: string };
    stopTask(state, state.experiments.get(experimentTemplateId) ?? "");
    return { experiment: { id: "EXP1", experimentTemplateId, state: { status: "initiating" } } };
  }
  if (request === "GET /experiments/EXP1") {
    const refused = state.breaks.has("refuses experiments");
    return { experiment: { id: "EXP1", state: { status: refused ? "failed" : "completed" } } };
  }
  const deleted = /^DELETE \/experimentTemplates\/(\w+)$/.exec(request)?.[1];
  if (deleted === undefined) throw new Error(`the stand-in has no ${request}`);
  state.experiments.delete(deleted);
  return { experimentTemplate: { id: deleted } };
}
