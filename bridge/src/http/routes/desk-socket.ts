/** A line's board as it changes: whole at first and now and again, in between what is different, to those who asked for that. */
import { type Board, BoardQuery } from "../../api/board.ts";
import { AppError } from "../../events/errors.ts";
import { boardChange } from "../../ordering/board-change.ts";
import type { App } from "../app-type.ts";
import type { HttpPorts } from "../ports.ts";
import { endSession, keepAlive, sayingNothing, send } from "../socket.ts";
import { IdParams } from "./params.ts";

/** Changes that come in bursts go out as one. */
const GATHER_MS = 50;

export function deskSocketRoutes(api: App, { ordering: { boards }, identity }: HttpPorts): void {
  const refuseMessages = sayingNothing();
  api.get(
    "/lines/:id/ws",
    {
      websocket: true,
      config: { access: "desk" },
      schema: {
        summary: "WebSocket: the Board, after each change again or (`changes`) as a BoardChange, and every 20 s.",
        params: IdParams,
        querystring: BoardQuery,
      },
    },
    (socket, request) => {
      const { id } = request.params;
      let told: Board | null = null;
      let gathering: NodeJS.Timeout | undefined;
      // Asked again for every message, and with every ping: whoever lost the right hears nothing more.
      const mayLook = (): boolean => {
        const asker = identity.whoAsks(request);
        if (asker?.desk) return true;
        endSession(socket, asker ? "FORBIDDEN" : "NOT_SIGNED_IN");
        return false;
      };
      const tell = (whole: boolean): void => {
        gathering = undefined;
        if (!mayLook()) return;
        const board = boardOr(
          () => boards.board(id),
          () => socket.close(4404, "no such line"),
        );
        if (!board) return;
        send(socket, told === null || whole ? board : boardChange(told, board));
        told = board;
      };
      const off = boards.onChange(id, () => {
        gathering ??= setTimeout(tell, GATHER_MS, request.query.changes === undefined);
      });
      // A browser does not see pings: by the board it knows that the way is still there.
      const stopPinging = keepAlive(socket, () => tell(true));
      refuseMessages(socket, request);
      socket.on("close", () => {
        clearTimeout(gathering);
        stopPinging();
        off();
      });
      socket.on("error", () => socket.terminate());
      tell(true);
    },
  );
}

function boardOr(read: () => Board, gone: () => void): Board | null {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof AppError) || error.code !== "UNKNOWN_LINE") throw error;
    gone();
    return null;
  }
}
