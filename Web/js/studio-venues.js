// Stages that an organizer has: their names and places, and where there are no shows yet their size.
import { call } from "./api.js";
import { make, put } from "./dom.js";
import { t } from "./language.js";
import { start } from "./shell.js";
import { refill, table } from "./staff.js";
import { act, changedOf, field } from "./staff-form.js";
import { versionOf } from "./studio-changes.js";
import { sellersOf, studioTabs } from "./studio-tabs.js";
import { teamsOf } from "./teams.js";
import { ownZone, zones } from "./zone.js";

start("venues.title", async (main, me) => {
  const teams = await teamsOf(me), sellers = sellersOf(me, teams);
  const view = make("div");
  const show = async () => {
    const page = await call("GET", "/stage?limit=100");
    refill(view, page.items.length ? table(t("venues.title"), ["name", "location", "size", "timeZone", "ways"].map((head) => t(`venues.${head}`)),
      page.items.map((stage) => row(stage, sellers, show))) : make("p.empty", {}, t("venues.none")));
  };
  put(main, studioTabs(me, teams), make("header.with-action", {}, make("h1", {}, t("venues.title")),
    sellers.length > 0 && make("button.button", { type: "button", onclick: () => edit(null, sellers, show) }, t("new.stageNew"))), view);
  await show();
}, { forMembers: true });

function row(stage, sellers, again) {
  const way = (name, key, onclick) => make("button.plain.small", { type: "button", data: { way: `${name}-${stage.stageId}` }, onclick }, t(key));
  const remove = () => act({
    title: `${t("venues.remove")}: ${stage.name}`, text: t("venues.removeSure"), action: t("venues.remove"), isHard: true,
    work: () => call("DELETE", `/stage/${stage.stageId}`),
  }, again);
  const seller = sellers.find(([id]) => id === stage.sellerId);
  return [[stage.name, sellers.length > 1 && seller && make("p.quiet", {}, seller[1])], stage.location,
    t("venues.sizeOf", { rows: stage.rows, cols: stage.cols }), stage.timeZone,
    make("div.ways", {}, seller && [way("change", "studio.change", () => edit(stage, sellers, again)), way("remove", "venues.remove", remove)])];
}

function edit(stage, sellers, again) {
  const size = (key, name) => field(t(key), name, { type: "number", required: true, min: 1, max: 1000, value: stage?.[name] ?? 10 });
  const version = stage && versionOf(stage, `/stage/${stage.stageId}`);
  return act({
    title: t(stage ? "studio.change" : "new.stageNew"), action: t("staff.save"), text: stage && t("venues.changeText"), renew: version?.renew,
    fields: [!stage && sellers.length > 1 && field(t("new.seller"), "sellerId", { options: sellers }),
      field(t("new.stageName"), "name", { required: true, maxlength: 200, value: stage?.name }),
      field(t("new.location"), "location", { required: true, maxlength: 300, value: stage?.location }), size("new.rows", "rows"), size("new.cols", "cols"),
      field(t("new.timeZone"), "timeZone", { value: stage?.timeZone ?? ownZone, options: zones(stage?.timeZone ?? ownZone).map((zone) => [zone, zone]) })],
    work: (asked, key) => {
      if (!stage) return call("POST", "/stage", { body: { ...asked, sellerId: Number(asked.sellerId ?? sellers[0][0]) }, key });
      return call("PATCH", `/stage/${stage.stageId}`, { body: changedOf(stage, asked), key, fields: version.fields() });
    },
  }, again);
}
