import { makeAccount } from "../accounts.ts";
import { type DirectoryContext, edit } from "../edit.ts";
import { siteOf } from "../lookup.ts";
import { TEST_ACCOUNT } from "../names.ts";

export interface TestLogin {
  username: string;
  domain: string;
  ha1: string;
}

/** The login of a site's test account, made when it is first needed. Throws UNKNOWN_SITE. */
export type TestAccountOf = (siteId: string) => TestLogin;

export function testAccount(context: DirectoryContext): TestAccountOf {
  const { store } = context;
  return (siteId) => {
    const { domain } = siteOf(store, siteId);
    const known = () => store.accounts.byUsername(siteId, TEST_ACCOUNT);
    if (!known()) {
      const fields = { siteId, unit: null, username: TEST_ACCOUNT, type: "bridge" as const, label: "Test ring" };
      edit(context, siteId, () => makeAccount(context, fields));
    }
    return { username: TEST_ACCOUNT, domain, ha1: known()?.ha1 ?? "" };
  };
}
