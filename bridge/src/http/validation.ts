/**
 * TypeBox checks what enters, as it stands: nothing is converted but path and query, which are text. The schemas are
 * interpreted, not compiled: compiled checks of all routes would cost several megabytes to save microseconds.
 */
import type { FastifySchemaCompiler } from "fastify";
import type { TSchema } from "typebox";
import { Value } from "typebox/value";

export const validatorCompiler: FastifySchemaCompiler<TSchema> = ({ schema, httpPart }) => {
  return (value: unknown) => {
    const input = httpPart === "body" ? value : Value.Convert(schema, value);
    return Value.Check(schema, input) ? { value: input } : { error: validationErrors(Value.Errors(schema, input)) };
  };
};

/** Fastify wants the list of errors itself; it becomes `error.validation`. */
function validationErrors(errors: readonly object[]): Error {
  return errors as unknown as Error;
}
