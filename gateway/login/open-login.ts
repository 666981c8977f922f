import type { CreateLogin, Login, LoginParts } from "./login.ts";

/** The configured login: `users`, `development`, or the path of a company's own module. */
export async function openLogin(choice: string, parts: LoginParts): Promise<Login> {
  const login = await (await loadLogin(choice))(parts);
  if (login.notice !== undefined) parts.logger.warn({ login: choice }, login.notice);
  return login;
}

async function loadLogin(choice: string): Promise<CreateLogin> {
  if (choice === "users") return (await import("./users.ts")).createUserLogin;
  if (choice === "development") return (await import("./development.ts")).createDevelopmentLogin;
  const { pathToFileURL } = await import("node:url");
  const { resolve } = await import("node:path");
  const loaded = (await import(pathToFileURL(resolve(choice)).href)) as { default?: CreateLogin };
  if (typeof loaded.default !== "function")
    throw new TypeError(`LOGIN is ${choice}; its default export must be a CreateLogin function.`);
  return loaded.default;
}
