// Stages that an organizer has: their names and places, and where there are no shows yet their size.
import { call } from "./api.js";
import { make, put } from "./dom.js";
import { t } from "./language.js";
import { start } from "./shell.js";
import { table } from "./staff.js";
import { act, field } from "./staff-form.js";
import { studioTabs } from "./studio-tabs.js";
import { ownZone, zones } from "./zone.js";

start("venues.title", async (main, me) => {
  const view = make("div");
  const show = async () => {
    const page = await call("GET", "/stage?limit=100");
    put(view, page.items.length ? table(t("venues.title"), ["name", "location", "size", "timeZone", "ways"].map((head) => t(`venues.${head}`)),
      page.items.map((stage) => row(stage, show))) : make("p.empty", {}, t("venues.none")));
  };
  put(main, studioTabs(me), make("header.with-action", {}, make("h1", {}, t("venues.title")),
    make("button.button", { type: "button", onclick: () => edit(null, show) }, t("new.stageNew"))), view);
  await show();
}, { forMembers: true });

function row(stage, again) {
  const remove = () => act({
    title: `${t("venues.remove")}: ${stage.name}`, text: t("venues.removeSure"), action: t("venues.remove"), isHard: true,
    work: () => call("DELETE", `/stage/${stage.stageId}`),
  }, again);
  return [stage.name, stage.location, t("venues.sizeOf", { rows: stage.rows, cols: stage.cols }), stage.timeZone,
    make("div.ways", {}, make("button.plain.small", { type: "button", onclick: () => edit(stage, again) }, t("studio.change")),
      make("button.plain.small", { type: "button", onclick: remove }, t("venues.remove")))];
}

function edit(stage, again) {
  const size = (key, name) => field(t(key), name, { type: "number", required: true, min: 1, max: 1000, value: stage?.[name] ?? 10 });
  return act({
    title: t(stage ? "studio.change" : "new.stageNew"), action: t("staff.save"), text: stage && t("venues.changeText"),
    fields: [field(t("new.stageName"), "name", { required: true, maxlength: 200, value: stage?.name }),
      field(t("new.location"), "location", { required: true, maxlength: 300, value: stage?.location }), size("new.rows", "rows"), size("new.cols", "cols"),
      field(t("new.timeZone"), "timeZone", { value: stage?.timeZone ?? ownZone, options: zones(stage?.timeZone ?? ownZone).map((zone) => [zone, zone]) })],
    work: (asked, key) => {
      if (!stage) return call("POST", "/stage", { body: asked, key });
      const body = Object.fromEntries(Object.entries(asked).filter(([name, value]) => value !== stage[name]));
      return call("PATCH", `/stage/${stage.stageId}`, { body, key, fields: { "if-match": `"${stage.version}"` } });
    },
  }, again);
}
