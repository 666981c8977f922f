import type { Fleet } from "../../fleet/members.ts";
import { type Html, html } from "../../page/html.ts";

/** `12 of 12 serve version 41`, on every page; updates live where scripts run. */
export function renderFleetStatus(fleet: Fleet): Html {
  return html`<a id="fleet-status" class="fleet ${describeLevel(fleet)}" href="/gateways"
    hx-get="/gateways/status" hx-trigger="every 2s" hx-target="this" hx-swap="outerHTML">${describeFleet(fleet)}</a>`;
}

export function describeFleet({ serving, current, version }: Fleet): string {
  if (serving === 0) return `No gateway is serving; version ${version} is pending`;
  return `${current} of ${serving} gateways serve version ${version}`;
}

export function describeLevel({ serving, current }: Fleet): "good" | "warning" {
  return serving > 0 && current === serving ? "good" : "warning";
}
