// Draws the API's description. Every text goes in as text: nothing in the document can become markup.
import { both, element, prose } from "/docs/elements.js";
import { schemaOf, typeText } from "/docs/schema.js";

const methods = ["get", "post", "put", "patch", "delete"];
const access = {
  anyone: ["누구나", "anyone"],
  member: ["회원", "members"],
  seller: ["판매자", "sellers"],
  manager: ["관리자", "managers"],
};

const wording = (holder, name) => both(holder[`x-${name}-ko`] ?? holder[name], holder[name]);

function operationsOf(api) {
  return Object.entries(api.paths).flatMap(([path, item]) =>
    methods.filter((method) => item[method]).map((method) => ({ path, method, ...item[method] })));
}

function follow(api, holder) {
  if (!holder.$ref) return holder;
  return holder.$ref.slice(2).split("/").reduce((place, key) => place?.[key], api) ?? {};
}

function parameters(api, operation) {
  const list = (operation.parameters ?? []).map((parameter) => follow(api, parameter));
  if (list.length === 0) return null;
  const places = { path: ["경로", "path"], query: ["질의", "query"], header: ["헤더", "header"] };
  return element("section", {},
    element("h4", {}, both("매개변수", "Parameters")),
    element("ul", { class: "fields" }, ...list.map((parameter) =>
      element("li", {},
        element("code", {}, parameter.name), " ",
        element("span", { class: "kind" }, both(...places[parameter.in]), ` · ${typeText(api, parameter.schema)}`),
        parameter.required ? element("span", { class: "required" }, both("필수", "required")) : null,
        parameter.description ? element("p", {}, ...prose(parameter.description)) : null))));
}

const pretty = (value) => element("pre", { tabindex: "0" }, JSON.stringify(value, null, 2));

function body(api, operation) {
  const content = operation.requestBody?.content?.["application/json"];
  if (!content) return null;
  return element("section", {},
    element("h4", {}, both("본문", "Body"), element("span", { class: "kind" }, " application/json")),
    schemaOf(api, content.schema, false),
    content.example === undefined ? null : pretty(content.example));
}

function codesOf(content) {
  const parts = content?.["application/problem+json"]?.schema?.allOf ?? [];
  return parts.flatMap((part) => part.properties?.code?.enum ?? []);
}

function response(api, status, described) {
  const codes = codesOf(described.content);
  const content = described.content?.["application/json"];
  const fields = Object.entries(described.headers ?? {});
  return element("li", { class: status < 400 ? "well" : "problem" },
    element("p", {},
      element("strong", { class: "status-code" }, status), " ",
      ...(codes.length > 0 ? codes.flatMap((code) => [element("code", {}, code), " "]) : prose(described.description))),
    fields.length === 0 ? null : element("ul", { class: "fields" }, ...fields.map(([name, field]) =>
      element("li", {}, element("code", {}, name), " ", element("span", { class: "kind" }, both("헤더", "header")),
        field.description ? element("p", {}, ...prose(field.description)) : null))),
    content?.schema ? schemaOf(api, content.schema, true) : null,
    ...Object.values(content?.examples ?? {}).map((example) => pretty(example.value)));
}

function responses(api, operation) {
  const all = Object.entries(operation.responses);
  const own = all.filter(([, described]) => !described.$ref);
  const shared = all.filter(([, described]) => described.$ref).map(([status]) => status);
  return element("section", {},
    element("h4", {}, both("응답", "Answers")),
    element("ul", { class: "answers" }, ...own.map(([status, described]) => response(api, status, described))),
    shared.length === 0 ? null : element("p", { class: "shared" },
      both("모든 요청에 가능한 것:", "As to any request:"), ` ${shared.join(", ")}`));
}

const quoted = (text) => `'${text.replaceAll("'", `'\\''`)}'`;

/// The same by curl, with values made up.
function curl(api, operation) {
  const words = ["curl"];
  if (operation.method !== "get") words.push(`-X ${operation.method.toUpperCase()}`);
  words.push(quoted(location.origin + operation.path));
  if (operation.security?.length > 0) words.push(`-H "authorization: Bearer $TOKEN"`);
  for (const parameter of (operation.parameters ?? []).map((one) => follow(api, one))) {
    if (parameter.in === "header" && parameter.required) words.push(`-H ${quoted(`${parameter.name.toLowerCase()}: …`)}`);
  }
  const example = operation.requestBody?.content?.["application/json"]?.example;
  if (example !== undefined) {
    words.push("-H 'content-type: application/json'", `-d ${quoted(JSON.stringify(example))}`);
  }
  return element("section", {}, element("h4", {}, "curl"), element("pre", { tabindex: "0" }, words.join(" \\\n  ")));
}

function contents(api, operation) {
  const aliases = operation["x-aliases"] ?? [];
  return [
    operation.description ? element("p", {}, wording(operation, "description")) : null,
    aliases.length === 0 ? null : element("p", {}, both("같은 것:", "The same:"),
      ...aliases.flatMap((path) => [" ", element("code", {}, path)])),
    parameters(api, operation), body(api, operation), responses(api, operation), curl(api, operation),
  ].filter((part) => part !== null);
}

/// What is inside is made when it is first opened.
function operationNode(api, operation) {
  const who = access[operation["x-authz"]] ?? [operation["x-authz"], operation["x-authz"]];
  const node = element("details", { id: operation.operationId, class: "operation" },
    element("summary", {},
      element("span", { class: `method ${operation.method}` }, operation.method.toUpperCase()),
      element("code", { class: "path" }, ...operation.path.split("/").flatMap((part, index) =>
        index === 0 ? [part] : [element("wbr"), `/${part}`])),
      element("span", { class: "what" }, wording(operation, "summary")),
      element("span", { class: "who" }, both(...who))));
  node.addEventListener("toggle", () => {
    if (!node.open) return;
    if (node.childElementCount === 1) node.append(element("div", { class: "inside" }, ...contents(api, operation)));
    history.replaceState(null, "", `#${operation.operationId}`);
  });
  node.dataset.words = [operation.path, operation.method, operation.summary, operation["x-summary-ko"],
    operation["x-authz"], ...(operation["x-aliases"] ?? [])].join(" ").toLowerCase();
  return node;
}

function sharedNode(api) {
  return element("section", { class: "group" },
    element("h2", {}, both("모든 요청에 가능한 응답", "Answers to any request")),
    element("ul", { class: "answers" }, ...Object.entries(api.components.responses).map(([name, described]) =>
      response(api, name.replace("Status", ""), described))),
    element("h2", {}, both("문제 문서", "The problem document")),
    schemaOf(api, { $ref: "#/components/schemas/Problem" }, true));
}

function draw(api, place) {
  const operations = operationsOf(api);
  document.querySelector("#version").textContent = api.info.version;
  document.querySelector("#about").append(element("p", {}, wording(api.info, "description")));
  const groups = api.tags.map((tag) => element("section", { class: "group" },
    element("h2", {}, wording(tag, "description")),
    ...operations.filter((operation) => operation.tags.includes(tag.name))
      .map((operation) => operationNode(api, operation))));
  place.replaceChildren(...groups, sharedNode(api));
}

function filterBy(words) {
  const wanted = words.toLowerCase().split(/\s+/).filter((word) => word !== "");
  let count = 0;
  for (const group of document.querySelectorAll(".group:has(> .operation)")) {
    let shown = 0;
    for (const node of group.querySelectorAll(":scope > .operation")) {
      node.hidden = !wanted.every((word) => node.dataset.words.includes(word));
      if (!node.hidden) shown += 1;
    }
    group.hidden = shown === 0;
    count += shown;
  }
  document.querySelector("#count").replaceChildren(
    both(`요청 ${count}개`, count === 1 ? "1 request" : `${count} requests`));
}

/// Opens what the address names.
function openNamed() {
  const node = document.getElementById(decodeURIComponent(location.hash.slice(1)));
  if (node?.matches("details")) {
    node.open = true;
    node.scrollIntoView();
  }
}

async function start() {
  const place = document.querySelector("#operations");
  try {
    const answer = await fetch("/openapi.json");
    if (!answer.ok) throw new Error(String(answer.status));
    draw(await answer.json(), place);
  } catch (error) {
    place.replaceChildren(element("p", { role: "alert" },
      both("문서를 읽지 못했습니다. 다시 불러오세요.", "The document could not be read. Load this page again."), ` (${error.message})`));
    return;
  } finally {
    place.setAttribute("aria-busy", "false");
  }
  const filter = document.querySelector("#filter");
  filter.addEventListener("input", () => filterBy(filter.value));
  filterBy(filter.value);
  window.addEventListener("hashchange", openNamed);
  openNamed();
}

start();
