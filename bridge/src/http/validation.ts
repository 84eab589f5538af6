/**
 * TypeBox checks what enters, as it stands: nothing is converted but whole numbers in a query. The schemas are
 * interpreted, not compiled: compiled checks of all routes would cost several megabytes to save microseconds.
 */
import type { FastifySchemaCompiler } from "fastify";
import { IsInteger, type TObject, type TSchema } from "typebox";
import { Value } from "typebox/value";

export const validatorCompiler: FastifySchemaCompiler<TSchema> = ({ schema, httpPart }) => {
  return (value: unknown) => {
    const input = httpPart === "body" ? value : numbersIn(schema, value);
    return Value.Check(schema, input) ? { value: input } : { error: validationErrors(Value.Errors(schema, input)) };
  };
};

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
