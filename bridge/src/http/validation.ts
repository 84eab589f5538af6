/** TypeBox checks what enters, as it stands: nothing is converted but path and query, which are text. */
import type { FastifySchemaCompiler } from "fastify";
import type { TSchema } from "typebox";
import { Compile } from "typebox/compile";
import { Value } from "typebox/value";

export const validatorCompiler: FastifySchemaCompiler<TSchema> = ({ schema, httpPart }) => {
  const check = Compile(schema);
  return (value: unknown) => {
    const input = httpPart === "body" ? value : Value.Convert(schema, value);
    return check.Check(input) ? { value: input } : { error: validationErrors(check.Errors(input)) };
  };
};

/** Fastify wants the list of errors itself; it becomes `error.validation`. */
function validationErrors(errors: readonly object[]): Error {
  return errors as unknown as Error;
}
