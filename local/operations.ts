import type { Operations } from "./operation.ts";

type Module = { readonly operations: Readonly<Record<string, Operations>> };

/** Every folder that implements operations; its `index.ts` lists them by service. */
const folders: readonly (() => Promise<Module>)[] = [
  () => import("./services.ts"),
  () => import("./elb/index.ts"),
  () => import("./elasticache/index.ts"),
  () => import("./rds/index.ts"),
  () => import("./ecs/index.ts"),
];

/** Implemented operations by service. Two folders may share a service, never an operation. */
export async function loadOperations(): Promise<ReadonlyMap<string, Operations>> {
  const tables = await Promise.all(folders.map(async (load) => (await load()).operations));
  const all = new Map<string, Operations>();
  for (const [service, operations] of tables.flatMap((table) => Object.entries(table))) {
    all.set(service, { ...all.get(service), ...operations });
  }
  return all;
}
