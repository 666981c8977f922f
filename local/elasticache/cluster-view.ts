/** One line of `CLUSTER NODES`: how one node sees another (or itself). */
export interface NodeView {
  readonly id: string;
  readonly address: string;
  readonly role: "primary" | "replica";
  /** Id of the primary that it replicates. */
  readonly primaryId: string | undefined;
  /** False when the queried node considers this one failed or has no link to it. */
  readonly reachable: boolean;
  readonly slots: readonly string[];
}

/** Parses the reply to `CLUSTER NODES` (https://redis.io/docs/latest/commands/cluster-nodes/). */
export function parseClusterNodes(text: string): readonly NodeView[] {
  return text
    .split("\n")
    .filter((line) => line.trim() !== "")
    .map((line) => {
      const [id = "", place = "", flagList = "", primary = "-", , , , link = "", ...slots] = line
        .trim()
        .split(" ");
      const flags = flagList.split(",");
      return {
        id,
        address: place.split(":")[0] ?? "",
        role: flags.includes("master") ? "primary" : "replica",
        primaryId: primary === "-" ? undefined : primary,
        reachable:
          !flags.some((flag) => flag.startsWith("fail") || flag === "noaddr" || flag === "handshake") &&
          (link === "connected" || flags.includes("myself")),
        slots,
      };
    });
}
