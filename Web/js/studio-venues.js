// Stages that an organizer has: their names and places, and where there are no shows yet their size.
import { call } from "./api.js";
import { make, put } from "./dom.js";
import { t } from "./language.js";
import { start } from "./shell.js";
import { refill, table } from "./staff.js";
import { HallEditor, sizeOf } from "./hall-editor.js";
import { act, changedOf, field } from "./staff-form.js";
import { versionOf } from "./studio-changes.js";
import { sellersOf, studioTabs } from "./studio-tabs.js";
import { teamsOf } from "./teams.js";
import { ownZone, zoneName, zones } from "./zone.js";

start("venues.title", async (main, me) => {
  const teams = await teamsOf(me), sellers = sellersOf(me, teams);
  const view = make("div");
  const create = () => sellers.length > 0
    && make("button.button", { type: "button", onclick: () => edit(null, sellers, show) }, t("new.stageNew"));
  const show = async () => {
    const [page, shows] = await Promise.all(["/stage", "/member/me/concert"].map((path) => call("GET", `${path}?limit=100`)));
    // Of a stage whose shows are older than these, the server says it when somebody changes it.
    const used = new Set(shows.items.filter((one) => one.status !== "CANCELED").map((one) => one.stage?.stageId));
    refill(view, page.items.length ? table(t("venues.title"), ["name", "location", "size", "timeZone", "ways"].map((head) => t(`venues.${head}`)),
      page.items.map((stage) => row({ ...stage, isUsed: used.has(stage.stageId) }, sellers, show)))
      : make("section.empty", {}, make("p", {}, t("venues.none")), create()));
  };
  put(main, studioTabs(me, teams), make("header.with-action", {}, make("h1", {}, t("venues.title")), create()), view);
  await show();
}, { forMembers: true });

function row(stage, sellers, again) {
  const way = (name, key, onclick) => make("button.plain.small", { type: "button", data: { way: `${name}-${stage.stageId}` }, onclick }, t(key));
  const remove = () => act({
    title: `${t("venues.remove")}: ${stage.name}`, text: t("venues.removeSure"), action: t("venues.remove"), isHard: true,
    work: () => call("DELETE", `/stage/${stage.stageId}`),
  }, again);
  const seller = sellers.find(([id]) => id === stage.sellerId);
  const [seats, parts] = sizeOf(stage);
  return [[stage.name, sellers.length > 1 && seller && make("p.quiet", {}, seller[1])], stage.location,
    [seats, make("p.quiet", {}, parts)],
    zoneName(stage.timeZone),
    make("div.ways", {}, seller && [way("change", "studio.change", () => edit(stage, sellers, again)), way("remove", "venues.remove", remove)])];
}

async function edit(stage, sellers, again) {
  const hall = new HallEditor(stage ?? { rows: 10, cols: 10 }, { isUsed: stage?.isUsed });
  const was = stage && { ...stage, ...normal(stage) };
  const version = stage && versionOf(stage, `/stage/${stage.stageId}`);
  await act({
    title: stage ? `${t("studio.change")}: ${stage.name}` : t("new.stageNew"), action: t("staff.save"), renew: version?.renew,
    fields: [!stage && sellers.length > 1 && field(t("new.seller"), "sellerId", { options: sellers }),
      field(t("new.stageName"), "name", { required: true, maxlength: 200, value: stage?.name }),
      field(t("new.location"), "location", { required: true, maxlength: 300, value: stage?.location }),
      field(t("new.timeZone"), "timeZone", { value: stage?.timeZone ?? ownZone, options: zones(stage?.timeZone) }),
      hall.node],
    work: ({ name, location, timeZone, sellerId }, key) => {
      const asked = { name, location, timeZone };
      if (!stage) return call("POST", "/stage", { body: { ...asked, ...hall.layout, sellerId: Number(sellerId ?? sellers[0][0]) }, key });
      const body = { ...changedOf(was, asked), ...changedOf(was, normal(hall.layout)) };
      for (const part of parts) if (body[part]) body[part] = JSON.parse(body[part]);
      return call("PATCH", `/stage/${stage.stageId}`, { body, key, fields: version.fields() });
    },
  }, again);
  hall.close();
}

const parts = ["sections", "aisles", "rowAisles"];
const sorted = (numbers) => JSON.stringify([...new Set(numbers)].sort((a, b) => a - b));
/** A layout as it can be compared with another: what is a list there is its text here. */
const normal = ({ rows, cols, sections, aisles, rowAisles }) => ({ rows, cols, aisles: sorted(aisles), rowAisles: sorted(rowAisles),
  sections: JSON.stringify(sections.map((one) => ({ name: one.name, rows: one.rows, cols: one.cols ?? [1, cols] }))) });
