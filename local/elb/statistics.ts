/** HAProxy's current state of one server. */
export interface ServerStatistics {
  readonly up: boolean;
  /** Requests in flight. */
  readonly requests: number;
}

/** Reads the CSV of `show stat` (HAProxy's management guide, 9.1), by server. */
export function readStatistics(csv: string): ReadonlyMap<string, ServerStatistics> {
  const [head = "", ...rows] = csv.split("\n").filter((line) => line !== "");
  const columns = head.replace(/^# /, "").split(",");
  const index = (name: string) => columns.indexOf(name);
  const [server, status, requests] = [index("svname"), index("status"), index("scur")];
  return new Map(
    rows.map((row) => {
      const cells = row.split(",");
      const up = /^(UP|no check)/.test(cells[status] ?? "");
      return [cells[server] ?? "", { up, requests: Number(cells[requests] ?? 0) }];
    }),
  );
}
