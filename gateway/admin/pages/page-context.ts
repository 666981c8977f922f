import type { FastifyReply, FastifyRequest } from "fastify";
import { type CurrentDocument, readCurrent } from "../../configuration/apply-change.ts";
import type { Content } from "../../page/html.ts";
import { AdminError } from "../errors.ts";
import type { SiteContext } from "../site-context.ts";
import { type Frame, renderPage, type Section } from "./layout.ts";
import { renderStored } from "./notices.ts";

/** One page request, with what every page needs. */
export class PageRequest {
  readonly site: SiteContext;
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;

  constructor(site: SiteContext, request: FastifyRequest, reply: FastifyReply) {
    this.site = site;
    this.request = request;
    this.reply = reply;
  }

  get canEdit(): boolean {
    return this.request.administrator.role === "editor";
  }

  /** A query parameter, if it occurs once. */
  query(name: string): string {
    const value = (this.request.query as Record<string, unknown>)[name];
    return typeof value === "string" ? value : "";
  }

  parameter(name: string): string {
    return (this.request.params as Record<string, string>)[name] ?? "";
  }

  /** A form field, if it occurs once. */
  field(name: string): string {
    const value = (this.request.body as Record<string, unknown> | undefined)?.[name];
    return typeof value === "string" ? value : "";
  }

  readCurrent(): Promise<CurrentDocument> {
    return readCurrent(this.site.pool);
  }

  issueToken(): string {
    return this.site.guard.issueToken(this.request, this.reply);
  }

  /** @throws AdminError unless this site rendered the form */
  checkForm(): void {
    this.site.guard.checkForm(this.request, this.field("token"));
  }

  /** @throws AdminError unless this site rendered the form and it names its base version */
  readBasis(): number {
    this.checkForm();
    const basedOn = this.field("basedOn");
    if (!/^\d{1,15}$/.test(basedOn))
      throw new AdminError("DMM_ADMIN_REQUEST_INVALID", { detail: "The form does not include its version." });
    return Number(basedOn);
  }

  /** Paging position: only entries before this one. */
  readBefore(): number | undefined {
    const before = Number(this.query("before"));
    return Number.isInteger(before) && before > 0 ? before : undefined;
  }

  /** The result of the previous page's form, if any. */
  renderStored(): Content {
    const stored = this.query("stored");
    if (!/^\d{1,15}$/.test(stored)) return undefined;
    return renderStored(Number(stored), this.site.changes.findPropagation(Number(stored)));
  }

  /** Redirects after a form (303), so that reloading does not submit it again. */
  leave(path: string): FastifyReply {
    return this.reply.redirect(path, 303);
  }

  async send(
    page: { readonly title: string; readonly section: Section; readonly status?: number } & Pick<
      Frame,
      "reloadSeconds"
    >,
    content: Content,
  ): Promise<FastifyReply> {
    const { settings, broadcast } = this.site;
    const frame = {
      ...page,
      // Screen readers read the title first, so it states the outcome.
      title: (page.status ?? 200) < 400 ? page.title : `Error: ${page.title}`,
      environment: settings.environment,
      administrator: this.request.administrator,
      fleet: await broadcast.fleetStatus.read(),
    };
    return this.reply
      .status(page.status ?? 200)
      .type("text/html; charset=utf-8")
      .send(renderPage(frame, content).text);
  }
}
