import type { CreateLogin } from "./login.ts";

/** The password of every development user; not a secret. */
export const developmentPassword = "development";

const notice =
  "Development login: any user name is accepted with the password “development”. Never use it in front of real APIs.";

/** For development machines without registered users. */
export const createDevelopmentLogin: CreateLogin = () => {
  const describe = (name: string) => ({ id: name, name, email: `${name}@development.invalid` });
  return {
    notice,
    async check(name, password) {
      return password === developmentPassword && /^[a-z0-9.-]{1,50}$/.test(name) ? describe(name) : undefined;
    },
    async findAccount(id) {
      return describe(id);
    },
  };
};
