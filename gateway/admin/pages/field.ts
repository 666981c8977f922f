import type { Bounds } from "../../configuration/bounds.ts";
import { type Content, type Html, html } from "../../page/html.ts";
import type { Values } from "./form-values.ts";

interface Named {
  /** Name of the entry's field, so that problems are shown beside it. */
  readonly name: string;
  readonly label: string;
  readonly hint?: string;
}

/** One input of a form. */
export type Field = Named &
  (
    | {
        readonly type: "text";
        readonly required?: boolean;
        readonly code?: boolean;
        readonly longest?: number;
      }
    | { readonly type: "number"; readonly bounds: Bounds; readonly optional?: boolean }
    | { readonly type: "lines"; readonly rows: number }
    | { readonly type: "flag" }
    | { readonly type: "choice" | "choices"; readonly options: readonly Option[]; readonly none?: string }
  );

export interface Option {
  readonly value: string;
  readonly hint?: string;
}

/** A group of related fields. */
export interface FieldGroup {
  readonly legend: string;
  readonly fields: readonly Field[];
}

export interface FieldState {
  readonly values: Values;
  /** Messages by field. */
  readonly messages: ReadonlyMap<string, readonly string[]>;
  /** Read-only fields. */
  readonly fixed: ReadonlySet<string>;
}

/** Longer texts get a text area. */
const widest = 200;

export function identifyField(name: string): string {
  return `field-${name}`;
}

export function renderField(field: Field, state: FieldState): Html {
  const messages = state.messages.get(field.name) ?? [];
  const notes = html`${field.hint !== undefined && html`<p class="hint" id="hint-${field.name}">${field.hint}</p>`}
    ${messages.length > 0 && html`<p class="wrong" id="wrong-${field.name}">${messages.join(" ")}</p>`}`;
  const about = [
    ...(field.hint === undefined ? [] : [`hint-${field.name}`]),
    ...(messages.length === 0 ? [] : [`wrong-${field.name}`]),
  ];
  const described = html`${about.length > 0 && html` aria-describedby="${about.join(" ")}"`}${messages.length > 0 && html` aria-invalid="true"`}`;
  const id = identifyField(field.name);
  if (field.type === "choices")
    return html`<fieldset class="field choices" id="${id}" tabindex="-1"${described}>
      <legend>${field.label}</legend>${renderBoxes(field, state)}${notes}</fieldset>`;
  if (field.type === "flag")
    return html`<div class="field flag"><label><input type="checkbox" id="${id}" name="${field.name}" value="on"${readText(state, field.name) !== "" && html` checked`}${described}> ${field.label}</label>${notes}</div>`;
  const isWide = field.type === "text" && (field.longest ?? 0) >= widest;
  return html`<div class="field ${field.type}${isWide && " wide"}"><label for="${id}">${field.label}</label>
    ${renderInput(field, id, state, described)}${notes}</div>`;
}

function renderInput(field: Field, id: string, state: FieldState, described: Content): Content {
  const value = readText(state, field.name);
  const fixed = state.fixed.has(field.name) && html` readonly`;
  switch (field.type) {
    case "number":
      return html`<span class="measure"><input id="${id}" name="${field.name}" value="${value}" inputmode="decimal" autocomplete="off"${described}>
        ${field.bounds.unit !== undefined && html`<span class="unit">${field.bounds.unit}</span>`}</span>`;
    case "lines":
      return html`<textarea id="${id}" name="${field.name}" rows="${field.rows}" spellcheck="false" autocomplete="off"${described}>${value}</textarea>`;
    case "choice":
      // Without a selection, the first option must not look selected.
      return html`<select id="${id}" name="${field.name}"${value === "" && html` required`}${described}>${value === "" && html`<option value="" selected disabled>Choose one</option>`}${field.options.map((option) => html`<option value="${option.value}"${option.value === value && html` selected`}>${option.value}${option.hint !== undefined && html` (${option.hint})`}</option>`)}</select>`;
    case "text":
      return html`<input id="${id}" name="${field.name}" value="${value}" autocomplete="off" autocapitalize="none" spellcheck="false"${field.code === true && html` class="code"`}${field.longest !== undefined && html` maxlength="${field.longest}"`}${field.required === true && html` required`}${fixed}${described}>`;
    default:
      return undefined;
  }
}

function renderBoxes(
  field: Field & { options?: readonly Option[]; none?: string },
  state: FieldState,
): Content {
  const chosen = readList(state, field.name);
  const options = field.options ?? [];
  if (options.length === 0) return html`<p class="muted">${field.none}</p>`;
  const isDescribed = options.some(({ hint = "" }) => hint !== "");
  return html`<div class="boxes${isDescribed && " described"}">${options.map(
    ({ value, hint }) =>
      html`<label><input type="checkbox" name="${field.name}" value="${value}"${chosen.includes(value) && html` checked`}><span><code>${value}</code>${hint !== undefined && hint !== "" && html` <span class="muted">${hint}</span>`}</span></label>`,
  )}</div>`;
}

function readText({ values }: FieldState, name: string): string {
  const value = values[name];
  return typeof value === "string" ? value : (value?.[0] ?? "");
}

function readList({ values }: FieldState, name: string): readonly string[] {
  const value = values[name] ?? [];
  return typeof value === "string" ? [value] : value;
}
