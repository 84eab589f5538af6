import { Type } from "typebox";
import { Member, MemberPut, UserId } from "../../api/member.ts";
import type { App } from "../app-type.ts";
import { seenVersion } from "../if-match.ts";
import type { HttpPorts } from "../ports.ts";

const UserParams = Type.Object({ userId: UserId }, { additionalProperties: false });

export function memberRoutes(api: App, { directory, people }: HttpPorts): void {
  const linked = (member: Pick<Member, "userId" | "name" | "administrator"> & Partial<Member>): Member => ({
    ...{ desk: false, unitIds: [] },
    ...member,
    version: directory.members.versionOf(member.userId),
  });
  const everybody = (): Member[] => {
    const links = directory.members.all();
    const known = people?.() ?? [];
    const gone = [...links.keys()].filter((userId) => !known.some(({ id }) => id === userId));
    return [
      ...known.map(({ id, name, administrator }) => ({ userId: id, name, administrator })),
      ...gone.map((userId) => ({ userId, name: null, administrator: false })),
    ].map((member) => linked({ ...member, ...links.get(member.userId) }));
  };
  api.get(
    "/members",
    {
      schema: {
        summary: "The users of Home Assistant, their units, and who works at the desk.",
        response: { 200: Type.Array(Member) },
      },
    },
    async () => everybody(),
  );
  api.put(
    "/members/:userId",
    {
      schema: {
        summary: "Gives a user these units and no others, and the restaurant's desk or not. Idempotent.",
        params: UserParams,
        body: MemberPut,
        response: { 200: Member },
      },
    },
    async (request) => {
      const { userId } = request.params;
      directory.members.set(userId, request.body, seenVersion(request));
      const member = everybody().find((one) => one.userId === userId);
      return member ?? linked({ userId, name: null, administrator: false });
    },
  );
}
