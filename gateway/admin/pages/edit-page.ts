import {
  type ConfigurationDocument,
  type EntryOf,
  findEntry,
  type Kind,
  nouns,
} from "../../configuration/document.ts";
import type { Problem } from "../../configuration/problems.ts";
import { type Content, type Html, html } from "../../page/html.ts";
import { bearsSecret } from "../clients.ts";
import type { EntryForm } from "./entry-form.ts";
import { type Field, renderField } from "./field.ts";
import type { Values } from "./form-values.ts";
import { renderProblems } from "./notices.ts";

/** State with which a form is rendered: initially, or again after a refusal. */
export interface Editing {
  /** Absent for a new entry. */
  readonly name?: string;
  readonly values: Values;
  /** The version that the form was rendered from. */
  readonly basedOn: number;
  readonly token: string;
  readonly canEdit: boolean;
  readonly problems?: readonly Problem[];
  readonly notice?: Content;
  /** Facts about the entry that are not fields. */
  readonly state?: Content;
}

export function renderEditor<K extends Kind>(
  form: EntryForm<K>,
  document: ConfigurationDocument,
  editing: Editing,
): Html {
  const { name, canEdit, basedOn, token, notice, problems = [] } = editing;
  const noun = nouns[form.kind];
  const isNew = name === undefined;
  const entry = isNew ? undefined : findEntry(document, form.kind, name);
  const action = isNew ? `/new/${form.kind}` : `/${form.kind}/${encodeURIComponent(name)}`;
  return html`<p class="back"><a href="/${form.kind}">${form.title}</a></p>
  <div class="head"><h1>${isNew ? `New ${noun}` : name}</h1></div>
  ${notice}
  ${problems.length > 0 && renderProblems(problems, { kind: form.kind, name: name ?? String(editing.values.name ?? "") })}
  ${!canEdit && html`<p class="notice">You have view-only access. An editor can change this ${noun}.</p>`}
  ${editing.state}
  <form class="editor" method="post" action="${action}" novalidate>
    <input type="hidden" name="token" value="${token}">
    <input type="hidden" name="basedOn" value="${basedOn}">
    <fieldset class="all"${!canEdit && html` disabled`}>
    <legend class="hidden">${isNew ? `New ${noun}` : `${noun} ${name}`}</legend>
    ${renderGroups(form, document, editing)}
    ${
      canEdit &&
      html`<div class="group last">
      <div class="field text"><label for="summary">Reason for the change (shown in the history)</label>
        <input id="summary" name="summary" maxlength="300" autocomplete="off" value="${String(editing.values.summary ?? "")}"></div>
      <div class="actions"><button class="main" type="submit">${isNew ? `Add ${noun}` : "Save"}</button>
        <a class="button" href="/${form.kind}">Cancel</a></div>
    </div>`
    }
    </fieldset>
  </form>
  ${entry !== undefined && form.aside?.(entry as EntryOf<K>, document)}
  ${!isNew && canEdit && renderFurther(form.kind, name, entry as EntryOf<K> | undefined)}`;
}

function renderGroups<K extends Kind>(
  form: EntryForm<K>,
  document: ConfigurationDocument,
  { name, values, problems = [] }: Editing,
): Content {
  const nameField: Field = {
    type: "text",
    name: "name",
    label: "Name",
    hint: name === undefined ? form.nameHint : "The name cannot be changed.",
    required: true,
    code: true,
    longest: 100,
  };
  const messages = new Map<string, string[]>();
  for (const { kind, name: of, field, message } of problems)
    if (kind === form.kind && field !== undefined && of === (name ?? values.name))
      messages.set(field, [...(messages.get(field) ?? []), message]);
  const state = { values, messages, fixed: new Set(name === undefined ? [] : ["name"]) };
  return form.groups(document).map(
    ({ legend, fields }, index) => html`<section class="group">
      <h2>${legend}</h2>
      <div class="fields">${[...(index === 0 ? [nameField] : []), ...fields].map((field) => renderField(field, state))}</div>
    </section>`,
  );
}

function renderFurther<K extends Kind>(kind: K, name: string, entry: EntryOf<K> | undefined): Content {
  if (entry === undefined) return undefined;
  const path = `/${kind}/${encodeURIComponent(name)}`;
  const hasSecret = kind === "clients" && bearsSecret(entry as EntryOf<"clients">);
  return html`<p class="further">
    ${hasSecret && html`<a class="button" href="${path}/secret">Replace secret</a>`}
    ${kind === "clients" && html`<a class="button bad" href="${path}/end-tokens">End all tokens</a>`}
    <a class="button bad" href="${path}/remove">Remove ${nouns[kind]}</a></p>`;
}

/** A confirmation page for an action that cannot be undone. */
export interface Question {
  readonly back: { readonly path: string; readonly title: string };
  readonly title: string;
  readonly text: Content;
  readonly action: string;
  readonly button: string;
  /** The change would be refused in the current state. */
  readonly impossible?: boolean;
  /** The action loses nothing. */
  readonly harmless?: boolean;
  readonly canEdit: boolean;
  readonly basedOn: number;
  readonly token: string;
  readonly notice?: Content;
}

export function renderQuestion(question: Question): Html {
  const { back, title, text, action, button, harmless, impossible, canEdit, basedOn, token, notice } =
    question;
  return html`<p class="back"><a href="${back.path}">${back.title}</a></p>
  <div class="head"><h1>${title}</h1></div>
  ${notice}
  <div class="lead">${text}</div>
  ${
    canEdit
      ? html`<form class="question" method="post" action="${action}">
    <input type="hidden" name="token" value="${token}">
    <input type="hidden" name="basedOn" value="${basedOn}">
    <div class="actions">${impossible !== true && html`<button class="main${harmless !== true && " bad"}" type="submit">${button}</button>`}
    <a class="button" href="${back.path}">${impossible === true ? "Back" : "Cancel"}</a></div>
  </form>`
      : html`<p class="notice">You have view-only access. Only an editor can do this.</p>`
  }`;
}
