/** Which field of a value its schema does not name, as the service says it: by its path. */
import type { TSchema } from "typebox";
import { Value } from "typebox/value";

/** The first field that an object's schema does not name; choices are looked into with the branch of the same `type`. */
export function unknownField(schema: TSchema, value: unknown, path: string): string | null {
  if (typeof value !== "object" || value === null) return null;
  const at = (name: string | number): string => (path === "" ? String(name) : `${path}.${name}`);
  if ("anyOf" in schema) {
    const branch = branchOf(schema.anyOf as TSchema[], value);
    return branch ? unknownField(branch, value, path) : null;
  }
  if (Array.isArray(value)) {
    const items = "items" in schema && !Array.isArray(schema.items) ? (schema.items as TSchema) : null;
    return items && first(value.map((inner, index) => () => unknownField(items, inner, at(index))));
  }
  const properties = "properties" in schema ? (schema.properties as Record<string, TSchema>) : null;
  if (!properties || !("additionalProperties" in schema)) return null;
  return first(
    Object.entries(value).map(([name, inner]) => () => {
      const known = properties[name];
      if (known) return unknownField(known, inner, at(name));
      return schema.additionalProperties === false ? at(name) : null;
    }),
  );
}

function first(looks: readonly (() => string | null)[]): string | null {
  for (const look of looks) {
    const found = look();
    if (found !== null) return found;
  }
  return null;
}

/** The choice that is meant: the only one for objects, or that of the same `type` and `role`. */
function branchOf(choices: readonly TSchema[], value: object): TSchema | null {
  const objects = choices.flatMap((choice): TSchema[] => {
    const inner = "anyOf" in choice ? branchOf(choice.anyOf as TSchema[], value) : choice;
    return inner !== null && "properties" in inner ? [inner] : [];
  });
  const [only, ...others] = objects;
  if (others.length === 0) return only ?? null;
  const given = value as Record<string, unknown>;
  return (
    objects.find((choice) => {
      const properties = (choice as { properties?: Record<string, TSchema> }).properties ?? {};
      const kinds = [properties.type, properties.role].filter((kind) => kind !== undefined);
      return kinds.every((kind) => Value.Check(kind, given[kind === properties.type ? "type" : "role"]));
    }) ?? null
  );
}
