import type {
  OperatorActionName,
  OperatorActionOutcome,
  RecordedOperatorAction,
} from "../../login/operator-actions.ts";
import { type Content, html } from "../../page/html.ts";
import { renderTime } from "./values.ts";

const actions: Readonly<Record<OperatorActionName, string>> = {
  "rotate-signing-keys": "Rotated the signing keys",
  "clear-account": "Cleared failed sign-in attempts of the account",
  "clear-address": "Cleared failed sign-in attempts of the address",
};

const outcomes: Readonly<Record<OperatorActionOutcome, string>> = {
  done: "Done",
  "rotating-already": "Not done: another rotation was in progress",
  "keys-supplied": "Not done: the keys are supplied by SIGNING_KEYS",
};

export function renderOperatorActions(recorded: readonly RecordedOperatorAction[]): Content {
  if (recorded.length === 0) return html`<p class="empty">No entries yet.</p>`;
  return html`<table>
    <caption class="hidden">Operator actions</caption>
    <thead><tr><th scope="col">Action</th><th scope="col">Outcome</th><th scope="col">Requested by</th><th scope="col">Time</th></tr></thead>
    <tbody>${recorded.map(
      ({ action, subject, outcome, author, certificate, requestedAt }) => html`<tr>
      <th scope="row">${actions[action]}${subject !== "" && html` <bdi>${subject}</bdi>`}</th>
      <td data-title="Outcome">${outcome === null ? "Waiting for a gateway" : outcomes[outcome]}</td>
      <td class="long" data-title="Requested by"><bdi>${author}</bdi>${certificate !== null && html` <span class="muted">certificate ${certificate}</span>`}</td>
      <td data-title="Time">${renderTime(requestedAt)}</td>
    </tr>`,
    )}</tbody>
  </table>`;
}
