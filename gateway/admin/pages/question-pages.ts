import type { FastifyInstance, FastifyReply } from "fastify";
import type { ConfigurationDocument } from "../../configuration/document.ts";
import { VersionStaleError } from "../../configuration/errors.ts";
import type { Content } from "../../page/html.ts";
import type { SiteContext } from "../site-context.ts";
import { renderQuestion } from "./edit-page.ts";
import { renderConflict } from "./notices.ts";
import { PageRequest } from "./page-context.ts";

/** What is asked before something of a client is changed. */
export interface ClientQuestion {
  /** Of the page, as in the browser's tab. */
  readonly tab: string;
  readonly title: string;
  readonly text: Content;
  readonly button: string;
}

export interface ClientQuestionPages {
  /** The question's address below the client's: `secret`. */
  readonly below: string;
  /** @throws UnknownError, AdminError where the client is not there, or of another kind */
  readonly require: (document: ConfigurationDocument, name: string) => void;
  /** `path` is the client's page. */
  readonly ask: (name: string, path: string) => ClientQuestion;
  /** @throws VersionStaleError: then the question is asked again, on top of the version that was faster */
  readonly change: (page: PageRequest, name: string, basedOn: number) => Promise<FastifyReply>;
}

/** A change of one client that is made after a question, which is asked again where the configuration has changed since. */
export function addQuestionPages(
  app: FastifyInstance,
  context: SiteContext,
  pages: ClientQuestionPages,
): void {
  const path = `/clients/:name/${pages.below}`;
  const schema = { hide: true };
  app.get(path, { schema }, async (request, reply) => {
    const page = new PageRequest(context, request, reply);
    const { version } = await page.readCurrent();
    return sendQuestion(page, pages, { basedOn: version });
  });
  app.post(path, { schema }, async (request, reply) => {
    const page = new PageRequest(context, request, reply);
    const basedOn = page.readBasis();
    try {
      return await pages.change(page, page.parameter("name"), basedOn);
    } catch (error) {
      if (!(error instanceof VersionStaleError)) throw error;
      const { conflict } = error;
      const asking = { basedOn: conflict.current, notice: renderConflict(conflict), status: 409 };
      return sendQuestion(page, pages, asking);
    }
  });
}

async function sendQuestion(
  page: PageRequest,
  pages: ClientQuestionPages,
  asking: { readonly basedOn: number; readonly notice?: Content; readonly status?: number },
): Promise<FastifyReply> {
  const name = page.parameter("name");
  const { document } = await page.readCurrent();
  pages.require(document, name);
  const path = `/clients/${encodeURIComponent(name)}`;
  const { tab, ...question } = pages.ask(name, path);
  const content = renderQuestion({
    ...question,
    back: { path, title: name },
    action: `${path}/${pages.below}`,
    canEdit: page.canEdit,
    token: page.issueToken(),
    ...asking,
  });
  const status = asking.status === undefined ? {} : { status: asking.status };
  return page.send({ title: tab, section: "clients", ...status }, content);
}
