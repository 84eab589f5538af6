/** The users of Home Assistant: which units are theirs, and who works at the restaurant's desk. */
import type { Member, MemberPut } from "../../../bridge/src/api/member.ts";
import type { Api } from "./api.ts";

export type { Member };

export function fetchMembers(api: Api): Promise<Member[]> {
  return api.get("api/members");
}

/** These units and no others. */
export function putMember(api: Api, userId: string, links: Required<MemberPut>): Promise<Member> {
  return api.send("PUT", `api/members/${userId}`, links);
}
