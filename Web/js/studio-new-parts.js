// The parts of the form for a show: a question each.
import { make, put } from "./dom.js";
import { t } from "./language.js";
import { field } from "./staff-form.js";
import { ownZone, timeThere, zones } from "./zone.js";

const day = 86_400_000;

export const categories = () => ["CONCERT", "MUSICAL", "SPORT", "EXHIBITION", "OTHER"].map((name) => [name, t(`category.${name}`)]);

const part = (title, ...children) => make("fieldset.card", { data: { title } }, make("legend", {}, t(title)), children);

export function what() {
  return part("new.what", field(t("new.name"), "name", { id: "name", required: true, maxlength: 200 }),
    field(t("new.performers"), "performers", { maxlength: 200 }),
    field(t("new.category"), "category", { options: categories() }),
    field(t("new.description"), "description", { rows: 4, maxlength: 20_000 }, "textarea"),
    field(t("new.runtime"), "runtimeMinutes", { type: "number", required: true, min: 1, max: 10_080, value: 120 }));
}

/** A stage that there is, a new one, or none: `onChange` hears { rows, cols, isOnline, zone }. */
export class Where {
  constructor(stages, onChange) {
    Object.assign(this, { stages, onChange });
    this.node = part("new.where", field(t("new.stage"), "stageId", { id: "stageId", value: stages.length ? stages[0].stageId : "new", options: [
      ...stages.map((stage) => [stage.stageId, `${stage.name} (${stage.rows} × ${stage.cols})`]),
      ["new", t("new.stageNew")], ["online", t("new.stageOnline")]] }));
    this.choice = this.node.querySelector("select");
    const size = { type: "number", min: 1, max: 1000, required: true };
    this.fresh = make("div.fresh", {}, field(t("new.stageName"), "stageName", { id: "stageName", required: true, maxlength: 200, pointer: "/stage/name" }),
      field(t("new.location"), "location", { id: "location", required: true, maxlength: 300, pointer: "/stage/location" }),
      field(t("new.rows"), "rows", { ...size, id: "rows", value: 10, pointer: "/stage/rows" }),
      field(t("new.cols"), "cols", { ...size, id: "cols", value: 20, pointer: "/stage/cols" }));
    this.zoneField = field(t("new.timeZone"), "timeZone", { hint: t("new.timeZoneHint"), options: zones().map((zone) => [zone, zone]) });
    this.node.append(this.fresh, this.zoneField);
    this.node.addEventListener("input", () => this.changed());
  }

  changed() {
    const isNew = this.choice.value === "new", isOnline = this.choice.value === "online";
    this.fresh.hidden = !isNew;
    for (const input of this.fresh.querySelectorAll("input")) input.disabled = !isNew;
    this.zoneField.hidden = !isNew && !isOnline;
    const [rows, cols] = ["rows", "cols"].map((name) => Math.min(Number(this.fresh.querySelector(`[name=${name}]`).value) || 0, 1000));
    const stage = this.stage;
    this.onChange({ rows: stage?.rows ?? rows, cols: stage?.cols ?? cols, isOnline, zone: this.zone });
  }

  get stage() { return this.stages.find((one) => String(one.stageId) === this.choice.value); }
  get zone() { return this.stage?.timeZone ?? this.zoneField.querySelector("select").value; }

  /** A stage that was made is one that there is. */
  made(stage) {
    this.stages.push(stage);
    this.choice.prepend(make("option", { value: stage.stageId }, `${stage.name} (${stage.rows} × ${stage.cols})`));
    this.choice.value = stage.stageId;
    this.changed();
  }
}

/** Performances and the time of sale, by the clocks of the venue. */
export class When {
  constructor() {
    this.zone = ownZone;
    this.named = make("p.note");
    this.times = make("div.times-list");
    const sale = (key, name, ahead) => field(t(key), name, { type: "datetime-local", required: true, value: timeThere(Date.now() + ahead, ownZone) });
    this.node = part("new.when", this.named, this.times,
      make("button.plain", { type: "button", onclick: () => this.add(31).querySelector("input").focus() }, t("new.addTime")),
      sale("new.saleOpens", "saleOpensAt", 0), sale("new.saleCloses", "saleClosesAt", 29 * day));
    this.add(30);
    this.setZone(ownZone);
  }

  add(days) {
    const value = timeThere(Date.now() + days * day, this.zone).replace(/\d\d$/, "00");
    const line = make("div.time", {}, field(t("new.startsAt"), "startsAt", { type: "datetime-local", required: true, value, pointer: "" }),
      make("button.plain.small", { type: "button", "aria-label": t("new.removeTime"), onclick: () => {
        line.remove();
        this.number();
      } }, "✕"));
    this.times.append(line);
    this.number();
    return line;
  }

  number() {
    for (const [place, line] of [...this.times.children].entries()) {
      line.querySelector("input").dataset.pointer = `/schedules/${place}/startsAt`;
      line.querySelector("button").hidden = this.times.children.length === 1;
    }
  }

  setZone(zone) {
    this.zone = zone;
    put(this.named, t("new.zoneIs", { zone }));
  }
}

export function rush() {
  return part("new.rush", field(t("new.queue"), "queue", { type: "checkbox", hint: t("new.queueHint") }),
    field(t("new.limit"), "purchaseLimit", { type: "number", required: true, min: 1, max: 100, value: 4 }));
}

export { part };
