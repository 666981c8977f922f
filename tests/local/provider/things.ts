import { CustomResource, type CustomResourceOptions, type Inputs, type Output } from "@pulumi/pulumi";
import type { Properties } from "../../../local/resource.ts";
import type { ResourceHandler } from "../../../local/resource-handler.ts";

export const thingType = "aws:test/thing:Thing";

/** A type with every feature of a type; its state is a map that the test can read and change. */
export class ThingWorld {
  readonly things = new Map<string, Properties>();
  readonly acts: string[] = [];
  #count = 0;
  /** Set by a test: creations wait for it. */
  hold: Promise<void> = Promise.resolve();

  readonly handler: ResourceHandler = {
    type: thingType,
    inputs: ["name", "size", "zone", "password", "environment", "tags"],
    replaceOn: ["name", "zone"],
    computed: ["arn", "endpoint", "version"],
    changing: ["version"],
    secrets: ["password"],
    autoname: { property: "name", maxLength: 24 },
    defaults: () => ({ size: 1 }),
    create: async (_region, { inputs }) => {
      this.acts.push(`begin ${String(inputs.name)}`);
      await this.hold;
      this.#count += 1;
      const id = `thing-${this.#count}`;
      const outputs = {
        ...inputs,
        arn: `arn:aws:test:::${id}`,
        endpoint: `${id}.internal`,
        version: 1,
      };
      this.things.set(id, outputs);
      this.acts.push(`create ${id}`);
      return { id, outputs };
    },
    update: async (_region, { id, outputs }, inputs) => {
      const next = { ...outputs, ...inputs, version: Number(outputs.version) + 1 };
      this.things.set(id, next);
      this.acts.push(`update ${id}`);
      return next;
    },
    read: async (_region, { id }) => this.things.get(id),
    delete: async (_region, { id }) => {
      this.things.delete(id);
      this.acts.push(`delete ${id}`);
    },
  };
}

/** The program's side of {@link ThingWorld}. */
export class Thing extends CustomResource {
  declare readonly name: Output<string>;
  declare readonly arn: Output<string>;
  declare readonly endpoint: Output<string>;
  declare readonly version: Output<number>;
  declare readonly size: Output<number>;

  constructor(name: string, inputs: Inputs, options: CustomResourceOptions = {}) {
    const outputs = {
      name: undefined,
      arn: undefined,
      endpoint: undefined,
      version: undefined,
      size: undefined,
    };
    super(thingType, name, { ...outputs, ...inputs }, options);
  }
}
