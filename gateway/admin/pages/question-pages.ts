import type { FastifyInstance, FastifyReply } from "fastify";
import { VersionStaleError } from "../../configuration/change-errors.ts";
import type { ConfigurationDocument, Kind } from "../../configuration/document.ts";
import type { Content } from "../../page/html.ts";
import type { SiteContext } from "../site-context.ts";
import { renderQuestion } from "./edit-page.ts";
import { renderConflict } from "./notices.ts";
import { PageRequest } from "./page-context.ts";

/** A confirmation page for an action on one entry. */
export interface Question {
  /** Page title, as in the browser's tab. */
  readonly tab: string;
  readonly title: string;
  readonly text: Content;
  readonly button: string;
  /** Nothing to confirm: the action is not possible. */
  readonly impossible?: boolean;
}

export interface QuestionPages {
  readonly kind: Kind;
  /** Path of the confirmation page below the entry: `secret`. */
  readonly below: string;
  /** @throws NotFoundError, AdminError where the entry does not exist or has another kind */
  readonly require: (document: ConfigurationDocument, name: string) => void;
  /** `path` is the entry's page. */
  readonly ask: (name: string, path: string, document: ConfigurationDocument) => Question;
  /** @throws VersionStaleError: then the page asks for confirmation again, based on the newer version */
  readonly change: (page: PageRequest, name: string, basedOn: number) => Promise<FastifyReply>;
  /** Text above the repeated question after this error; `undefined` for any other error. */
  readonly explain?: (error: unknown, name: string) => Content | undefined;
}

/**
 * An action on one entry after confirmation, which is requested again if the configuration has changed meanwhile.
 */
export function addQuestionPages(app: FastifyInstance, context: SiteContext, pages: QuestionPages): void {
  const path = `/${pages.kind}/:name/${pages.below}`;
  const schema = { hide: true };
  app.get(path, { schema }, async (request, reply) => {
    const page = new PageRequest(context, request, reply);
    const { version } = await page.readCurrent();
    return sendQuestion(page, pages, { basedOn: version });
  });
  app.post(path, { schema }, async (request, reply) => {
    const page = new PageRequest(context, request, reply);
    const basedOn = page.readBasis();
    const name = page.parameter("name");
    try {
      return await pages.change(page, name, basedOn);
    } catch (error) {
      const notice = pages.explain?.(error, name);
      if (notice !== undefined) return sendQuestion(page, pages, { basedOn, notice, status: 422 });
      if (!(error instanceof VersionStaleError)) throw error;
      const { conflict } = error;
      const asking = { basedOn: conflict.current, notice: await renderConflict(conflict), status: 409 };
      return sendQuestion(page, pages, asking);
    }
  });
}

async function sendQuestion(
  page: PageRequest,
  pages: QuestionPages,
  asking: { readonly basedOn: number; readonly notice?: Content; readonly status?: number },
): Promise<FastifyReply> {
  const name = page.parameter("name");
  const { document } = await page.readCurrent();
  pages.require(document, name);
  const path = `/${pages.kind}/${encodeURIComponent(name)}`;
  const { tab, ...question } = pages.ask(name, path, document);
  const content = renderQuestion({
    ...question,
    back: { path, title: name },
    action: `${path}/${pages.below}`,
    canEdit: page.canEdit,
    token: page.issueToken(),
    ...asking,
  });
  const status = asking.status === undefined ? {} : { status: asking.status };
  return page.send({ title: tab, section: pages.kind, ...status }, content);
}
