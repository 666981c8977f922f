import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { join } from "node:path";
import events from "@pulumi/pulumi/proto/events_grpc_pb.js";
import empty from "google-protobuf/google/protobuf/empty_pb.js";
import { test } from "tap";

const root = join(import.meta.dirname, "../../..");
const beside = (path: string) => createRequire(join(root, path));

test("Pulumi's stubs and the project's own code share one google-protobuf", async () => {
  const name = "google-protobuf/package.json";
  const ours = beside("package.json").resolve(name);
  assert.equal(beside("node_modules/@pulumi/pulumi/package.json").resolve(name), ours);
});

test("the response to the engine's events is a message that Pulumi's stubs accept", async () => {
  const { streamEvents } = events.EventsService;
  assert.equal(streamEvents.responseSerialize(new empty.Empty()).length, 0);
});
