// Draws schemas as lists of fields.
import { both, element, prose } from "/docs/elements.js";

/// A schema within itself ends at its name, and one that is nested deeper is not drawn.
const depthMax = 8;

const nameOf = (schema) => schema.$ref?.split("/").at(-1);

function resolve(api, schema) {
  if (schema.anyOf) {
    const held = schema.anyOf.find((one) => one.type !== "null") ?? {};
    return { ...resolve(api, held), isNullable: true };
  }
  const name = nameOf(schema);
  return name ? { name, ...api.components.schemas[name] } : schema;
}

const typesOf = (schema) => [schema.type ?? "any"].flat();

function limits(schema) {
  const low = schema.minimum ?? schema.minLength;
  const high = schema.maximum ?? schema.maxLength ?? schema.maxItems;
  if (low === undefined && high === undefined) return "";
  return ` ${low ?? ""}…${high ?? ""}`;
}

/// `string 1…30`, `array of Seat …8`.
export function typeText(api, given) {
  const schema = resolve(api, given);
  if (schema.enum) return schema.enum.map((word) => JSON.stringify(word)).join(" | ");
  const nullable = schema.isNullable || typesOf(schema).includes("null") ? " | null" : "";
  const type = typesOf(schema).filter((one) => one !== "null").join(" | ");
  if (type === "array") return `[${typeText(api, schema.items ?? {})}]${limits(schema)}${nullable}`;
  const format = schema.format ? ` (${schema.format})` : "";
  return `${schema.name ?? type}${format}${limits(schema)}${nullable}`;
}

/// The list of an object's fields, or of those of an array's objects; what else it is in a word. Of what is sent it
/// says which fields are required, of what is answered which may be missing.
export function schemaOf(api, given, isAnswer, names = []) {
  const schema = resolve(api, given);
  if (typesOf(schema).includes("array")) {
    const inner = resolve(api, schema.items ?? {});
    if (inner.properties) return schemaOf(api, schema.items, isAnswer, names);
  }
  if (!schema.properties) return element("p", { class: "kind" }, typeText(api, given));
  if (names.length >= depthMax || (schema.name && names.includes(schema.name))) return null;
  const required = new Set(schema.required ?? []);
  return element("ul", { class: "fields" }, ...Object.entries(schema.properties).map(([name, field]) =>
    fieldNode(api, name, field, mark(required.has(name), isAnswer), isAnswer, [...names, schema.name ?? ""])));
}

function mark(isRequired, isAnswer) {
  if (isRequired === isAnswer) return null;
  return isRequired
    ? element("span", { class: "required" }, both("필수", "required"))
    : element("span", { class: "absent" }, both("없을 수 있음", "may be missing"));
}

function fieldNode(api, name, field, marked, isAnswer, names) {
  const schema = resolve(api, field);
  const about = field.description ?? schema.description;
  const inner = schema.properties || typesOf(schema).includes("array") ? schemaOf(api, field, isAnswer, names) : null;
  return element("li", {},
    element("code", {}, name), " ", element("span", { class: "kind" }, typeText(api, field)),
    marked,
    about ? element("p", {}, ...prose(about)) : null,
    inner?.matches("ul") ? inner : null);
}
