import { mkdirSync } from "node:fs";
import { type EnvironmentRecord, writeRecord } from "../../cli/environment/record.ts";
import { environmentFolder, type Home } from "../../cli/home.ts";

/** The record of an environment of which nothing else exists. */
export function makeRecord(
  home: Home,
  name: string,
  more: Partial<EnvironmentRecord> = {},
): EnvironmentRecord {
  const record: EnvironmentRecord = {
    name,
    target: "local",
    network: 23,
    addressBlock: "10.23.0.0/16",
    insiders: ["127.0.0.1/32"],
    owner: "jane",
    created: "2026-01-01T00:00:00.000Z",
    expires: new Date(Date.now() + 3_600_000).toISOString(),
    stage: "creating",
    ...more,
  };
  mkdirSync(environmentFolder(home, name).directory, { recursive: true });
  writeRecord(home, record);
  return record;
}
