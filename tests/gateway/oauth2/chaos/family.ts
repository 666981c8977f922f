import { describeReason } from "../../../../gateway/reason.ts";
import type { Chance } from "../../chance.ts";
import type { ChaosClient, Login, TokenResponse } from "./client.ts";

export interface Counts {
  logins: number;
  refreshes: number;
  redemptions: number;
  revocations: number;
}

/** All tokens issued from one consent, as its client knows them, and the violations that the client observes. */
export class Family {
  readonly #client: ChaosClient;
  readonly #chance: Chance;
  readonly #counts: Counts;
  readonly violations: string[] = [];
  readonly #accessTokens: string[] = [];
  readonly #used: string[] = [];
  #login: Login | undefined;
  #refreshToken = "";
  /** Why it may be revoked from now on; it is certainly revoked once that is acknowledged. */
  #reason: string | undefined;
  #dead = false;

  constructor(client: ChaosClient, chance: Chance, counts: Counts) {
    this.#client = client;
    this.#chance = chance;
    this.#counts = counts;
  }

  get isOver(): boolean {
    return this.#dead || this.violations.length > 0;
  }

  /** Begins, and continues until it is over or `isEnd`. */
  async live(isEnd: () => boolean): Promise<void> {
    try {
      await this.#begin();
      while (!isEnd() && !this.isOver) await this.#act();
    } catch (error) {
      this.#report(`its client gave up: ${describeReason((error as Error).cause ?? error)}`);
    }
  }

  async #begin(): Promise<void> {
    const login = await this.#client.logIn();
    this.#login = login;
    this.#counts.logins++;
    // Some clients retry concurrently, and some codes are stolen: at most one redemption may be acknowledged.
    const twice = this.#chance.next() < 0.1;
    if (twice) this.#reason = "its code was shown twice";
    const responses = await Promise.all(
      Array.from({ length: twice ? 2 : 1 }, () => this.#client.redeem(login)),
    );
    const good = responses.filter(({ status }) => status === 200);
    if (good.length > 1) this.#report("a code was redeemed twice");
    for (const { accessToken, refreshToken } of good) {
      this.#counts.redemptions++;
      this.#accessTokens.push(accessToken);
      this.#refreshToken = refreshToken;
    }
    if (twice) this.#dead = true;
    else if (good.length === 0) this.#report(`a code was refused: ${explain(responses[0]!)}`);
    if (this.#dead) await this.checkDead();
  }

  /** One action of a client. */
  async #act(): Promise<void> {
    const choice = this.#chance.next();
    if (choice < 0.7) await this.#refresh();
    else if (choice < 0.84) await this.#use();
    else if (choice < 0.92) await this.#revoke();
    else if (choice < 0.95 && this.#used.length > 0) await this.#reuse();
    else if (choice < 0.98) await this.#refreshTwice();
    else await this.#redeemAgain();
  }

  async #refresh(): Promise<void> {
    const response = await this.#client.refresh(this.#refreshToken);
    if (response.status !== 200) {
      this.#report(`a refresh was refused: ${explain(response)}`);
      return;
    }
    this.#counts.refreshes++;
    this.#used.push(this.#refreshToken);
    this.#accessTokens.push(response.accessToken);
    this.#refreshToken = response.refreshToken;
  }

  async #use(): Promise<void> {
    const status = await this.#client.use(this.#accessTokens.at(-1)!);
    if (status !== 200 && status !== 503) this.#report(`an access token was refused: ${status}`);
  }

  async #revoke(): Promise<void> {
    this.#reason = "it was revoked";
    await this.#client.revoke(
      this.#chance.next() < 0.5 ? this.#refreshToken : this.#chance.pick(this.#accessTokens),
    );
    await this.#end();
  }

  async #reuse(): Promise<void> {
    this.#reason = "a used refresh token came back";
    await this.#expectRefusal(await this.#client.refresh(this.#chance.pick(this.#used)));
  }

  async #redeemAgain(): Promise<void> {
    this.#reason = "its code came back";
    await this.#expectRefusal(await this.#client.redeem(this.#login!));
  }

  async #expectRefusal({ status, error }: { status: number; error: string | undefined }): Promise<void> {
    if (status === 200) this.#report(`${this.#reason} and was good`);
    else if (error !== "invalid_grant") this.#report(`${this.#reason}: ${status} ${error}`);
    await this.#end();
  }

  async #refreshTwice(): Promise<void> {
    this.#reason = "a refresh token was shown twice";
    const token = this.#refreshToken;
    const responses = await Promise.all([this.#client.refresh(token), this.#client.refresh(token)]);
    const good = responses.filter(({ status }) => status === 200);
    if (good.length > 1) this.#report("a refresh token was used twice");
    this.#accessTokens.push(...good.map(({ accessToken }) => accessToken));
    this.#used.push(token);
    if (good[0] !== undefined) this.#refreshToken = good[0].refreshToken;
    await this.#end();
  }

  async #end(): Promise<void> {
    this.#counts.revocations++;
    this.#dead = true;
    await this.checkDead();
  }

  /** After the acknowledgement none of its tokens works at any gateway. */
  async checkDead(): Promise<void> {
    for (const token of this.#accessTokens.slice(-3)) {
      const status = await this.#client.use(token);
      if (status !== 401 && status !== 503)
        this.#report(`${this.#reason}, and an access token works: ${status}`);
    }
    if (this.#refreshToken === "") return;
    const { status, error } = await this.#client.refreshOnce(this.#refreshToken);
    if (status !== 503 && error !== "invalid_grant")
      this.#report(`${this.#reason}, and a refresh token works: ${status} ${error}`);
  }

  /** After recovery: everything acknowledged exists, and nothing that was revoked. */
  async settle(): Promise<void> {
    if (this.violations.length > 0) return;
    for (const token of this.#accessTokens.slice(-5)) {
      const status = await this.#client.useUntilKnown(token);
      if (status !== (this.#dead ? 401 : 200))
        this.#report(`at the end an access token gets ${status}; ${this.#reason ?? "nobody revoked it"}`);
    }
    if (this.#refreshToken === "") return;
    const response = await this.#client.refresh(this.#refreshToken);
    if (response.status !== (this.#dead ? 400 : 200))
      this.#report(`at the end a refresh gets ${explain(response)}; ${this.#reason ?? "nobody revoked it"}`);
  }

  #report(what: string): void {
    this.violations.push(what);
  }
}

function explain({ status, error, description }: TokenResponse): string {
  return `${status} ${error}: ${description}`;
}
