import assert from "node:assert/strict";
import fc from "fast-check";
import { test } from "tap";
import { parseArguments } from "../../local/awsx-vpc/arguments.ts";
import { type Layout, planSubnets } from "../../local/awsx-vpc/layout.ts";
import { resolvedLayout } from "../../local/awsx-vpc/outputs.ts";
import type { SubnetSpec } from "../../local/awsx-vpc/specification.ts";
import { contains, overlaps, parseCidr, renderCidr, sizeOf } from "../../local/ec2/cidr.ts";
import { createMemoryRegion } from "./provider/memory-region.ts";

function layout(
  block: string,
  strategy: Layout["strategy"],
  specs?: readonly SubnetSpec[],
  zones = 3,
): Layout {
  const names = ["eu-west-1a", "eu-west-1b", "eu-west-1c", "eu-west-1d"].slice(0, zones);
  return { block: parseCidr(block)!, zones: names, strategy, nat: "None", ...(specs ? { specs } : {}) };
}

function blocks(of: Layout): readonly string[] {
  return planSubnets(of).map(({ spec, zone, block }) => `${spec.type} ${zone + 1} ${renderCidr(block)}`);
}

/** Not every mixture of sizes fits: Legacy may overlap two, Auto's gaps may need more space than there is. */
function planIfPossible(of: Layout): ReturnType<typeof planSubnets> | undefined {
  try {
    return planSubnets(of);
  } catch {
    return undefined;
  }
}

/** Expected addresses were observed with the real provider of awsx. */
test("the layout of a VPC", async (t) => {
  t.test("by Auto uses the specs in order, each at the next boundary of its own size", async () => {
    const specs: SubnetSpec[] = [
      { type: "Public", mask: 24 },
      { type: "Private", mask: 22 },
      { type: "Isolated", name: "data", mask: 24 },
    ];
    assert.deepEqual(blocks(layout("10.1.0.0/16", "Auto", specs)), [
      "Public 1 10.1.0.0/24",
      "Private 1 10.1.4.0/22",
      "Isolated 1 10.1.8.0/24",
      "Public 2 10.1.64.0/24",
      "Private 2 10.1.68.0/22",
      "Isolated 2 10.1.72.0/24",
      "Public 3 10.1.128.0/24",
      "Private 3 10.1.132.0/22",
      "Isolated 3 10.1.136.0/24",
    ]);
  });

  t.test("by Auto without masks divides each zone evenly", async () => {
    const specs: SubnetSpec[] = [{ type: "Public" }, { type: "Private" }, { type: "Isolated" }];
    assert.deepEqual(blocks(layout("10.1.0.0/16", "Auto", specs, 1)), [
      "Public 1 10.1.0.0/18",
      "Private 1 10.1.64.0/18",
      "Isolated 1 10.1.128.0/18",
    ]);
  });

  t.test("without specs gives each zone a private subnet and a public one of half its size", async () => {
    assert.deepEqual(blocks(layout("10.0.0.0/16", "Legacy", undefined, 2)), [
      "Private 1 10.0.0.0/18",
      "Public 1 10.0.64.0/19",
      "Private 2 10.0.128.0/18",
      "Public 2 10.0.192.0/19",
    ]);
  });

  t.test("by Legacy always puts private before public before isolated", async () => {
    const specs: SubnetSpec[] = [{ type: "Isolated" }, { type: "Public" }, { type: "Private" }];
    assert.deepEqual([...blocks(layout("10.0.0.0/16", "Legacy", specs, 1))].sort(), [
      "Isolated 1 10.0.48.0/24",
      "Private 1 10.0.0.0/19",
      "Public 1 10.0.32.0/20",
    ]);
  });

  t.test("by Exact refuses a gap and accepts one that is declared as unused", async () => {
    const half: SubnetSpec[] = [{ type: "Private", mask: 19 }];
    assert.throws(
      () => blocks(layout("10.0.0.0/18", "Exact", half, 1)),
      /leave gaps at the end of 10\.0\.0\.0\/18/,
    );
    const whole: SubnetSpec[] = [...half, { type: "Unused", mask: 19 }];
    assert.deepEqual(blocks(layout("10.0.0.0/18", "Exact", whole, 1)), [
      "Private 1 10.0.0.0/19",
      "Unused 1 10.0.32.0/19",
    ]);
  });

  t.test("uses explicit blocks unchanged, and refuses overlapping ones", async () => {
    const explicit: SubnetSpec[] = [{ type: "Private", blocks: ["10.0.5.0/24", "10.0.9.0/24"] }];
    assert.deepEqual(blocks(layout("10.0.0.0/16", "Auto", explicit, 2)), [
      "Private 1 10.0.5.0/24",
      "Private 2 10.0.9.0/24",
    ]);
    const twice: SubnetSpec[] = [{ type: "Private", blocks: ["10.0.5.0/24", "10.0.5.128/25"] }];
    assert.throws(() => blocks(layout("10.0.0.0/16", "Auto", twice, 2)), /overlapping subnets/);
  });

  t.test("refuses specs that need more addresses than a zone has", async () => {
    const specs: SubnetSpec[] = [
      { type: "Public", mask: 18 },
      { type: "Private", mask: 18 },
    ];
    assert.throws(
      () => blocks(layout("10.0.0.0/16", "Auto", specs)),
      /need 32768 addresses per zone, but a zone has 16384/,
    );
  });

  t.test("refuses NAT gateways without subnets to be in and to serve", async () => {
    assert.throws(
      () => planSubnets({ ...layout("10.0.0.0/16", "Auto", [{ type: "Public" }]), nat: "Single" }),
      /needs public subnets .* and private or isolated ones/,
    );
    const isolated: SubnetSpec[] = [{ type: "Public" }, { type: "Isolated" }];
    assert.equal(planSubnets({ ...layout("10.0.0.0/16", "Auto", isolated), nat: "Single" }).length, 6);
  });

  t.test("by AutoMerge is the default one, with each spec applied to its type", async () => {
    const bare = layout("10.0.0.0/16", "Legacy");
    const tagged = layout("10.0.0.0/16", "AutoMerge", [{ type: "Public", tags: { tier: "edge" } }]);
    assert.deepEqual(blocks(tagged), blocks(bare));
    const planned = planSubnets(tagged).filter(({ spec }) => spec.type === "Public");
    assert.deepEqual(
      planned.map(({ spec }) => spec.tags),
      Array(3).fill({ tier: "edge" }),
    );
    const smaller = layout("10.0.0.0/16", "AutoMerge", [{ type: "Private", mask: 24 }]);
    assert.deepEqual(blocks(smaller).slice(0, 2), ["Private 1 10.0.0.0/24", "Public 1 10.0.16.0/20"]);
    for (const [spec, reason] of [
      [{ type: "Isolated" }, /Isolated; with AutoMerge the local region takes Private and Public/],
      [{ type: "Public", blocks: ["10.0.0.0/24"] }, /has cidrBlocks, which AutoMerge does not take/],
    ] as const) {
      assert.throws(() => planSubnets(layout("10.0.0.0/16", "AutoMerge", [spec])), reason);
    }
  });

  t.test("refuses two specs of one name before anything is created", async () => {
    const unnamed = { subnetSpecs: [{ type: "Public" }, { type: "Isolated" }, { type: "Isolated" }] };
    assert.throws(() => parseArguments(createMemoryRegion(), unnamed), /2 specs with the name "isolated"/);
    const named = {
      subnetSpecs: [{ type: "Public" }, { type: "Isolated" }, { type: "Isolated", name: "data" }],
    };
    assert.equal(parseArguments(createMemoryRegion(), named).specs?.length, 3);
  });

  t.test("expressed as Auto leads to the same addresses as Legacy", async () => {
    const mask = fc.integer({ min: 21, max: 28 });
    const spec = fc.record({
      type: fc.constantFrom("Private" as const, "Public" as const, "Isolated" as const),
      mask,
    });
    fc.assert(
      fc.property(fc.array(spec, { minLength: 1, maxLength: 4 }), (specs) => {
        const legacy = layout("10.0.0.0/16", "Legacy", specs);
        const planned = planIfPossible(legacy);
        fc.pre(planned !== undefined);
        const respecified = resolvedLayout(legacy, planned).map(
          ({ type, cidrMask }) => ({ type, mask: cidrMask }) as SubnetSpec,
        );
        const again = planSubnets(layout("10.0.0.0/16", "Auto", respecified)).filter(
          ({ spec: { type } }) => type !== "Unused",
        );
        const render = (plan: typeof planned) =>
          plan.map(({ zone, block }) => `${zone} ${renderCidr(block)}`).sort();
        assert.deepEqual(render(again), render(planned));
      }),
    );
  });

  t.test("by Auto never overlaps, never leaves its zone and is always aligned", async () => {
    const spec = fc.record({
      type: fc.constantFrom("Public" as const, "Private" as const, "Unused" as const),
      mask: fc.integer({ min: 20, max: 28 }),
    });
    const specs = fc.array(spec, { minLength: 1, maxLength: 6 });
    fc.assert(
      fc.property(specs, fc.integer({ min: 1, max: 4 }), (given, zones) => {
        const of = layout("10.8.0.0/16", "Auto", given, zones);
        // Gaps before larger blocks may no longer fit; that is refused.
        const planned = planIfPossible(of);
        fc.pre(planned !== undefined);
        for (const [index, { block }] of planned.entries()) {
          assert.ok(contains(of.block, block));
          assert.equal(block.first % sizeOf(block.mask), 0);
          assert.ok(planned.slice(index + 1).every((other) => !overlaps(block, other.block)));
        }
      }),
    );
  });
});
