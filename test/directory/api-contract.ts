/** `node test/directory/api-contract.ts` writes docs/api-contract.md anew. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { contractOf } from "../../bridge/src/http/contract.ts";
import { testApp } from "./app.ts";

export const CONTRACT_FILE = join(import.meta.dirname, "../../docs/api-contract.md");

/** What the file must hold. */
export async function currentContract(): Promise<string> {
  const { routes, close } = await testApp();
  await close();
  return contractOf(routes);
}

if (import.meta.main) writeFileSync(CONTRACT_FILE, await currentContract());
