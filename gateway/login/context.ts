import type Provider from "oidc-provider";

/** Middleware of Koa, on which the library is built, in the library's types. */
export type Middleware = Parameters<Provider["use"]>[0];
/** A request and its response as Koa presents them. */
export type Context = Parameters<Middleware>[0];
export type Next = Parameters<Middleware>[1];
