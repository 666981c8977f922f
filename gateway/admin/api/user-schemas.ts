import { userLimits } from "../../users/user-rules.ts";
import type { Schema } from "./schemas.ts";

const wholeNumber = { type: "string", pattern: "^[0-9]{1,15}$" };
const limit = { type: "string", pattern: "^(?:[1-9][0-9]?|100)$", default: "50" };

function object(properties: Readonly<Record<string, unknown>>, required: readonly string[] = []): Schema {
  return { type: "object", additionalProperties: false, properties, required };
}

export const userParameter = object({ id: { type: "string", pattern: "^[A-Za-z0-9-]{1,36}$" } }, ["id"]);

export const usersQuery = object({
  find: {
    type: "string",
    maxLength: 200,
    default: "",
    description: "Text to find in the name, display name or email address.",
  },
  state: { type: "string", enum: ["any", "enabled", "disabled"], default: "any" },
  after: { type: "string", maxLength: userLimits.name, description: "`next` of the previous page." },
  limit,
});

export const changesQuery = object({
  before: { ...wholeNumber, description: "Only changes earlier than the one with this id." },
  limit,
});

export const userQuery = object(
  { basedOn: { ...wholeNumber, description: "The user's revision the change was made from." } },
  ["basedOn"],
);

const profile = {
  displayName: { type: "string", maxLength: userLimits.displayName, default: "" },
  email: { type: ["string", "null"], maxLength: userLimits.email, default: null },
};

export const userBody = object(profile);

export const newUserBody = object(
  { name: { type: "string", minLength: 1, maxLength: userLimits.name }, ...profile },
  ["name"],
);

export const noBody = object({});

const text = { type: "string" };

export const userOutcome: Schema = {
  type: "object",
  description:
    "`password` is returned once, when it is generated; the user must choose another at the next sign-in (`mustChoosePassword`). `signedOut` says whether all sessions and tokens of the user have ended, or will end as soon as a gateway is available.",
  required: ["user"],
  properties: {
    user: {
      type: "object",
      required: ["id", "name", "displayName", "email", "disabled", "revision", "createdAt"],
      properties: {
        id: text,
        name: text,
        displayName: text,
        email: { type: ["string", "null"] },
        disabled: { type: "boolean" },
        revision: { type: "integer", minimum: 1 },
        createdAt: { type: "string", format: "date-time" },
        passwordSetAt: { type: ["string", "null"], format: "date-time" },
        mustChoosePassword: { type: "boolean" },
      },
    },
    password: text,
    signedOut: { type: "boolean" },
  },
};
