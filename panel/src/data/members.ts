/** The users of Home Assistant: which units are theirs, and who works at the restaurant's desk. */
import type { Member, MemberPut } from "../../../bridge/src/api/member.ts";
import type { Api } from "./api.ts";

export type { Member };

export function fetchMembers(api: Api): Promise<Member[]> {
  return api.get("api/members");
}

/** These units and no others. `version`: of the member that was seen. */
export function putMember(api: Api, { userId, version }: Member, links: Required<MemberPut>): Promise<Member> {
  return api.send("PUT", `api/members/${userId}`, links, { version });
}
