import type Provider from "oidc-provider";

/** Middleware of the framework that the library is built on, in the library's own words. */
export type Middleware = Parameters<Provider["use"]>[0];
/** A request and its answer as the framework shows them. */
export type Context = Parameters<Middleware>[0];
export type Next = Parameters<Middleware>[1];
