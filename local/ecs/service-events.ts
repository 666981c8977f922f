import { randomUUID } from "node:crypto";

interface ServiceEvent {
  readonly id: string;
  readonly createdAt: number;
  readonly message: string;
}

/** ECS keeps the last hundred. */
const kept = 100;

/** Events of a service, newest first, as `DescribeServices` shows them. */
export class ServiceEvents {
  readonly #service: string;
  #list: readonly ServiceEvent[] = [];

  constructor(service: string) {
    this.#service = service;
  }

  get all(): readonly ServiceEvent[] {
    return this.#list;
  }

  note(what: string): void {
    const event = {
      id: randomUUID(),
      createdAt: Date.now() / 1000,
      message: `(service ${this.#service}) ${what}`,
    };
    this.#list = [event, ...this.#list].slice(0, kept);
  }
}
