// The parts of the form for a show: a question each.
import { make, put } from "./dom.js";
import { t } from "./language.js";
import { HallEditor, sideMax, sizeOf } from "./hall-editor.js";
import { field } from "./staff-form.js";
import { moreFields } from "./studio-rows.js";
import { RefundRules } from "./studio-rules.js";
import { ownZone, timeThere, zoneName, zones } from "./zone.js";

const day = 86_400_000;

export const categories = () => ["CONCERT", "MUSICAL", "SPORT", "EXHIBITION", "OTHER"].map((name) => [name, t(`category.${name}`)]);

const part = (title, ...children) => make("fieldset.card", { data: { title } }, make("legend", {}, t(title)), children);

export function what() {
  return part("new.what", field(t("new.name"), "name", { id: "name", required: true, maxlength: 200 }),
    field(t("new.performers"), "performers", { maxlength: 200, isOptional: true }),
    field(t("new.category"), "category", { options: categories() }),
    field(t("new.description"), "description", { rows: 4, maxlength: 20_000, isOptional: true }, "textarea"),
    field(t("new.runtime"), "runtimeMinutes", { type: "number", required: true, min: 1, max: 10_080, value: 120 }));
}

const nameOf = (stage) => `${stage.name} (${sizeOf(stage)[0]})`;

/** Whose show it is, and a stage that there is, a new one, or none: `onChange` hears { rows, cols, sections, stageId, isOnline,
 * zone }.
 * `sellers`: whom one may make shows for, `[id, name]` each. */
export class Where {
  constructor(stages, sellers, onChange) {
    Object.assign(this, { stages, onChange });
    this.sellerField = field(t("new.seller"), "sellerId", { id: "sellerId", options: sellers, value: sellers[0][0] });
    this.sellerField.hidden = sellers.length === 1;
    this.sellers = this.sellerField.querySelector("select");
    this.node = part("new.where", this.sellerField, field(t("new.stage"), "stageId", { id: "stageId", options: [] }));
    this.choice = this.node.querySelector("#stageId");
    this.hall = new HallEditor({ rows: 10, cols: 20 }, { pointer: "/stage", ids: true });
    this.fresh = make("div.fresh", {}, field(t("new.stageName"), "stageName", { id: "stageName", required: true, maxlength: 200, pointer: "/stage/name" }),
      field(t("new.location"), "location", { id: "location", required: true, maxlength: 300, pointer: "/stage/location" }),
      this.hall.node);
    this.zoneField = field(t("new.timeZone"), "timeZone", { hint: t("new.timeZoneHint"), options: zones() });
    this.node.append(this.fresh, this.zoneField);
    this.sellers.addEventListener("change", () => this.offer());
    this.node.addEventListener("input", () => this.changed());
    this.offer();
  }

  get seller() { return Number(this.sellers.value); }

  /** Stages of whose show it is; a choice that still is one stays. */
  offer() {
    const before = this.choice.value;
    const own = this.stages.filter((stage) => stage.sellerId === this.seller);
    put(this.choice, own.map((stage) => make("option", { value: stage.stageId }, nameOf(stage))),
      make("option", { value: "new" }, t("new.stageNew")), make("option", { value: "online" }, t("new.stageOnline")));
    if ([...this.choice.options].some((option) => option.value === before)) this.choice.value = before;
    this.changed();
  }

  changed() {
    const isNew = this.choice.value === "new", isOnline = this.choice.value === "online";
    this.fresh.hidden = !isNew;
    for (const input of this.fresh.querySelectorAll(":scope > .field input")) input.disabled = !isNew;
    this.hall.isOff = !isNew;
    this.zoneField.hidden = !isNew && !isOnline;
    const { rows, cols, sections } = this.stage ?? this.hall.layout;
    // What is being typed may be anything.
    this.onChange({ rows: Math.min(rows, sideMax), cols: Math.min(cols, sideMax), sections, stageId: this.choice.value, isOnline, zone: this.zone });
  }

  get stage() { return this.stages.find((one) => String(one.stageId) === this.choice.value); }
  get zone() { return this.stage?.timeZone ?? this.zoneField.querySelector("select").value; }

  /** A stage that was made is one that there is. */
  made(stage) {
    this.stages.push(stage);
    this.choice.prepend(make("option", { value: stage.stageId }, nameOf(stage)));
    this.choice.value = stage.stageId;
    this.changed();
  }
}

/** Performances and the time of sale, by the clocks of the venue. */
export class When {
  constructor() {
    this.zone = ownZone;
    this.named = make("p.quiet");
    this.times = make("div.times-list");
    // The half hour that has begun: it is on sale at once, and its times look like times.
    const half = (text) => text.replace(/\d\d$/, (minutes) => (minutes < "30" ? "00" : "30"));
    const sale = (key, name, ahead) => field(t(key), name,
      { type: "datetime-local", required: true, value: half(timeThere(Date.now() + ahead, ownZone)) });
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
        const next = line.nextElementSibling ?? line.previousElementSibling;
        line.remove();
        this.number();
        next.querySelector("input").focus();
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

  // For who comes back to a form that was begun.

  get kept() { return [...this.times.querySelectorAll("[name=startsAt]")].map((input) => input.value); }

  restore(times) {
    if (!times.length) return;
    put(this.times);
    for (const text of times) this.add(30).querySelector("input").value = text;
  }

  setZone(zone) {
    this.zone = zone;
    put(this.named, t("new.zoneIs", { zone: zoneName(zone) }));
  }
}

export function rush() {
  return part("new.rush", field(t("new.queue"), "queue", { type: "checkbox", hint: t("new.queueHint") }),
    field(t("new.limit"), "purchaseLimit", { type: "number", required: true, min: 1, max: 100, value: 4 }));
}

/** What most shows can do without: each has a value that is as good for most. */
export class More {
  constructor() {
    this.rules = new RefundRules();
    this.fields = moreFields([]);
    const number = (key, name, value, min, max, hint) => field(t(key), name, { type: "number", required: true, min, max, value, hint: t(hint) });
    this.node = part("new.more", number("new.age", "ageRating", 0, 0, 21, "new.ageHint"),
      number("new.hold", "holdSeconds", 300, 30, 3600, "new.holdHint"), doorsField(30), replayField(0), this.rules.node,
      make("fieldset", {}, make("legend", {}, t("new.fields")), this.fields.node));
  }

  get kept() { return { rules: this.rules.kept, fields: this.fields.items() }; }

  restore({ rules, fields }) {
    this.rules.restore(rules);
    this.fields.fill(fields);
  }
}

/** As the API has it: how early doors open at most, and how long a recording can be seen. */
const doorsMax = 1440, replayMax = 2160;

export const doorsField = (value) => field(t("new.doors"), "doorsOpenMinutesBefore",
  { type: "number", required: true, min: 0, max: doorsMax, value, hint: t("new.doorsHint") });
export const replayField = (value) => field(t("new.replay"), "replayHours",
  { type: "number", required: true, min: 0, max: replayMax, value, hint: t("new.replayHint") });

export { part };
