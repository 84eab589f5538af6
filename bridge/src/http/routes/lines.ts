/** Phone lines, their settings, pause and menus. */
import { Type } from "typebox";
import { Id } from "../../api/directory.ts";
import { Line, LinePatch, LineWithPassword, NewLine, PausePut } from "../../api/line.ts";
import {
  MenuExport,
  MenuFormat,
  MenuId,
  MenuImport,
  MenuImportReply,
  MenuPut,
  StockPut,
  StoredMenu,
} from "../../api/menu.ts";
import { AppError } from "../../events/errors.ts";
import type { App } from "../app-type.ts";
import { askerOf } from "../identity.ts";
import { seenVersion } from "../if-match.ts";
import type { HttpPorts } from "../ports.ts";
import { IdParams, SiteQuery } from "./params.ts";

const desk = { access: "desk" } as const;
const ExportQuery = Type.Object({ format: MenuFormat }, { additionalProperties: false });
const StockParams = Type.Object({ id: Id, menuId: MenuId }, { additionalProperties: false });
/** 500 dishes with long descriptions in two languages are some 400 kB. */
const MENU_BYTES = 1_200_000;

export function lineRoutes(api: App, ports: HttpPorts): void {
  const { lines } = ports.ordering;
  api.get(
    "/lines",
    { config: desk, schema: { summary: "Phone lines.", querystring: SiteQuery, response: { 200: Type.Array(Line) } } },
    async (request) => lines.list(request.query.siteId),
  );
  api.post(
    "/lines",
    {
      schema: {
        summary: "Makes a line with its unit, gateway account and rules (the bridge first, then people).",
        body: NewLine,
        response: { 201: LineWithPassword },
      },
    },
    async (request, reply) => reply.code(201).send(lines.create(request.body)),
  );
  api.get(
    "/lines/:id",
    { config: desk, schema: { summary: "One line.", params: IdParams, response: { 200: Line } } },
    async (request) => lines.get(request.params.id),
  );
  api.patch(
    "/lines/:id",
    {
      config: desk,
      schema: {
        summary: "Changes a line; name, printer and backup number are for administrators.",
        params: IdParams,
        body: LinePatch,
        response: { 200: Line },
      },
    },
    async (request) => {
      const { label, settings } = request.body;
      // null takes one away, and counts like any other.
      const forAdministrators = [label, settings?.printer, settings?.backupNumber];
      if (forAdministrators.some((value) => value !== undefined) && askerOf(request).role !== "admin") {
        throw new AppError("FORBIDDEN", "only an administrator may change name, printer and backup number");
      }
      return lines.update(request.params.id, request.body, seenVersion(request));
    },
  );
  api.put(
    "/lines/:id/pause",
    {
      config: desk,
      schema: { summary: "No phone orders now, or again.", params: IdParams, body: PausePut, response: { 200: Line } },
    },
    async (request) => lines.pause(request.params.id, request.body),
  );
  api.delete(
    "/lines/:id",
    {
      schema: {
        summary: "Removes a line with its unit, gateway account, menu, calls and orders.",
        params: IdParams,
        response: { 204: Type.Null() },
      },
    },
    async (request, reply) => {
      lines.remove(request.params.id, seenVersion(request));
      return reply.code(204).send(null);
    },
  );
  menuRoutes(api, ports);
}

function menuRoutes(api: App, { ordering: { menus } }: HttpPorts): void {
  api.get(
    "/lines/:id/menu",
    { config: desk, schema: { summary: "The menu.", params: IdParams, response: { 200: StoredMenu } } },
    async (request) => menus.get(request.params.id),
  );
  api.put(
    "/lines/:id/menu",
    {
      config: desk,
      bodyLimit: MENU_BYTES,
      schema: {
        summary: "The whole menu anew; `revision` is the one that was read.",
        params: IdParams,
        body: MenuPut,
        response: { 200: StoredMenu },
      },
    },
    async (request) => menus.put(request.params.id, request.body),
  );
  api.post(
    "/lines/:id/menu/import",
    {
      config: desk,
      bodyLimit: MENU_BYTES,
      schema: {
        summary: "Takes a CSV or JSON file, whole or not at all; tells what is wrong by line.",
        params: IdParams,
        body: MenuImport,
        response: { 200: MenuImportReply },
      },
    },
    async (request) => menus.importFile(request.params.id, request.body),
  );
  api.post(
    "/lines/:id/menu/sample",
    {
      config: desk,
      schema: {
        summary: "Puts the sample menu in the place of an empty one.",
        params: IdParams,
        response: { 200: StoredMenu },
      },
    },
    async (request) => menus.loadSample(request.params.id),
  );
  api.get(
    "/lines/:id/menu/export",
    {
      config: desk,
      schema: {
        summary: "The menu as a file.",
        params: IdParams,
        querystring: ExportQuery,
        response: { 200: MenuExport },
      },
    },
    async (request) => menus.exportFile(request.params.id, request.query.format),
  );
  api.put(
    "/lines/:id/stock/:menuId",
    {
      config: desk,
      schema: {
        summary: "Sold out, or back: an item or an option. Running calls know at once.",
        params: StockParams,
        body: StockPut,
        response: { 200: StoredMenu },
      },
    },
    async (request) => menus.setSoldOut(request.params.id, request.params.menuId, request.body.soldOut),
  );
}
