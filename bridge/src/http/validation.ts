/**
 * TypeBox checks what enters, as it stands: nothing is converted but whole numbers in a query, and labels are tidied. The schemas are
 * interpreted, not compiled: compiled checks of all routes would cost several megabytes to save microseconds.
 */
import type { FastifySchemaCompiler } from "fastify";
import { IsInteger, type TObject, type TSchema } from "typebox";
import { Value } from "typebox/value";
import { Label } from "../api/directory.ts";
import { tidy } from "../store/text.ts";

/** What a property is known by: it is a copy wherever a schema is made from another one. */
const LABEL = "pattern" in Label ? Label.pattern : null;

export const validatorCompiler: FastifySchemaCompiler<TSchema> = ({ schema, httpPart }) => {
  return (value: unknown) => {
    const input = httpPart === "body" ? tidied(schema, value) : numbersIn(schema, value);
    return Value.Check(schema, input) ? { value: input } : { error: validationErrors(Value.Errors(schema, input)) };
  };
};

/**
 * What people call a thing, as it is kept. Only of the body itself: what lies deeper is a file of ours, whose checksum
 * would not fit any more.
 */
function tidied(schema: TSchema, body: unknown): unknown {
  const { properties = {} } = schema as Partial<TObject>;
  if (typeof body !== "object" || body === null || Array.isArray(body)) return body;
  const changed = Object.entries(body).map(([name, value]) => {
    const property = Object.hasOwn(properties, name) ? (properties[name] as { pattern?: unknown }) : null;
    return [name, property?.pattern === LABEL && typeof value === "string" ? tidy(value) : value];
  });
  return Object.fromEntries(changed);
}

/** Fastify wants the list of errors itself; it becomes `error.validation`. */
function validationErrors(errors: readonly object[]): Error {
  return errors as unknown as Error;
}

function numbersIn(schema: TSchema, query: unknown): unknown {
  const { properties = {} } = schema as Partial<TObject>;
  if (typeof query !== "object" || query === null) return query;
  const converted = Object.entries(query).map(([name, value]) => {
    const isNumber = IsInteger(properties[name]) && typeof value === "string" && /^\d{1,15}$/.test(value);
    return [name, isNumber ? Number(value) : value];
  });
  return Object.fromEntries(converted);
}
