// Creating a show: what, where, for how much, when. What is wrong is told where it is wrong.
import { call, newKey } from "./api.js";
import { $, make, put } from "./dom.js";
import { t } from "./language.js";
import { Painter } from "./painter.js";
import { start, trouble } from "./shell.js";
import { field, localTime } from "./staff.js";

const day = 86_400_000;
const categories = ["CONCERT", "MUSICAL", "SPORT", "EXHIBITION", "OTHER"];

start("new.title", async (main) => {
  const stages = await call("GET", "/stage?limit=100");
  put(main, make("h1", {}, t("new.title")), new Form(stages.items).node);
}, { forMembers: true });

class Form {
  constructor(stages) {
    this.stages = stages;
    this.key = newKey();
    this.painter = new Painter([{ name: "R", price: 99000 }, { name: "S", price: 66000 }]);
    this.said = make("div");
    this.node = make("form.form.wide", { novalidate: true, onsubmit: (event) => this.send(event) },
      this.what(), this.where(), this.prices(), this.when(), this.rush(), this.said,
      make("div.ways", {}, make("button.button", { type: "submit", value: "publish" }, t("new.create")),
        make("button.plain", { type: "submit", value: "draft" }, t("new.createDraft"))));
    this.place();
  }

  part(title, ...children) { return make("fieldset.card", {}, make("legend", {}, t(title)), children); }

  what() {
    return this.part("new.what",
      field(t("new.name"), "name", { required: true, maxlength: 200 }),
      field(t("new.performers"), "performers", { maxlength: 200 }),
      make("div.field", {}, make("label", { for: "category" }, t("new.category")), make("select", { id: "category", name: "category" },
        categories.map((name) => make("option", { value: name }, t(`category.${name}`))))),
      field(t("new.description"), "description", { rows: 4, maxlength: 20000 }, "textarea"),
      field(t("new.runtime"), "runtimeMinutes", { type: "number", required: true, min: 1, max: 10080, value: 120 }));
  }

  where() {
    this.stage = make("select", { id: "stageId", name: "stageId", onchange: () => this.place() },
      this.stages.map((stage) => make("option", { value: stage.stageId }, `${stage.name} (${stage.rows} × ${stage.cols})`)),
      make("option", { value: "new" }, t("new.stageNew")), make("option", { value: "online" }, t("new.stageOnline")));
    const size = { type: "number", min: 1, max: 1000, required: true, oninput: () => this.place() };
    this.fresh = make("div.fresh", {},
      field(t("new.stageName"), "stageName", { required: true, maxlength: 200 }),
      field(t("new.location"), "location", { required: true, maxlength: 300 }),
      field(t("new.rows"), "rows", { ...size, value: 10 }), field(t("new.cols"), "cols", { ...size, value: 20 }));
    return this.part("new.where", make("label", { for: "stageId" }, t("new.stage")), this.stage, this.fresh);
  }

  /** The hall that is painted is the one that is chosen. */
  place() {
    const choice = this.stage.value;
    this.fresh.hidden = choice !== "new";
    for (const input of this.fresh.querySelectorAll("input")) input.disabled = choice !== "new";
    const stage = this.stages.find((one) => String(one.stageId) === choice);
    const [rows, cols] = stage ? [stage.rows, stage.cols]
      : [Number($("#rows", this.fresh).value), Number($("#cols", this.fresh).value)];
    this.painter.place(choice === "online" ? 0 : Math.min(rows || 0, 1000), Math.min(cols || 0, 1000));
  }

  prices() { return this.part("new.prices", this.painter.node); }

  when() {
    const now = new Date();
    this.times = make("div.times-list", {}, this.time(new Date(now.getTime() + 30 * day)));
    return this.part("new.when", this.times,
      make("button.plain", { type: "button", onclick: () => this.times.append(this.time(new Date(now.getTime() + 31 * day))) },
        t("new.addTime")),
      field(t("new.saleOpens"), "saleOpensAt", { type: "datetime-local", required: true, value: localTime(now) }),
      field(t("new.saleCloses"), "saleClosesAt", { type: "datetime-local", required: true, value: localTime(new Date(now.getTime() + 29 * day)) }));
  }

  time(moment) {
    moment.setMinutes(0);
    return make("label", {}, t("new.startsAt"), make("input", {
      type: "datetime-local", name: "startsAt", required: true, value: localTime(moment),
    }));
  }

  rush() {
    return this.part("new.rush", make("label.check", {}, make("input", { type: "checkbox", name: "queue" }), t("new.queue")),
      field(t("new.limit"), "purchaseLimit", { type: "number", min: 1, max: 100, value: 4 }));
  }

  async send(event) {
    event.preventDefault();
    for (const wrong of this.node.querySelectorAll(".wrong")) put(wrong);
    put(this.said);
    const first = this.node.querySelector(":invalid:not(fieldset)");
    if (first) {
      this.tell(first.name, first.validationMessage);
      return first.focus();
    }
    const problem = this.painter.problem();
    if (problem) return put(this.said, make("p.wrong", { role: "alert" }, problem));
    const buttons = [...this.node.querySelectorAll("button[type=submit]")];
    for (const button of buttons) button.disabled = true;
    try {
      const made = await call("POST", "/concert", { body: await this.body(event.submitter?.value === "draft"), key: this.key });
      location.assign(`/studio/concert/${made.concertId}`);
    } catch (failure) {
      this.key = newKey();
      let isTold = false;
      for (const error of failure.errors ?? []) isTold = this.tell(error.pointer.slice(1).split("/")[0], error.detail) || isTold;
      put(this.said, isTold ? make("p.wrong", { role: "alert" }, t("new.check")) : trouble(failure, null).firstChild);
    } finally {
      for (const button of buttons) button.disabled = false;
    }
    return undefined;
  }

  tell(name, text) {
    const place = this.node.querySelector(`#${CSS.escape(name ?? "")}-wrong`);
    if (!place) return false;
    put(place, text);
    return true;
  }

  async body(isDraft) {
    const values = Object.fromEntries(new FormData(this.node));
    const time = (text) => new Date(text).toISOString();
    return {
      name: values.name, performers: values.performers || undefined, description: values.description || undefined,
      category: values.category, runtimeMinutes: Number(values.runtimeMinutes), stageId: await this.stageID(values),
      saleOpensAt: time(values.saleOpensAt), saleClosesAt: time(values.saleClosesAt),
      purchaseLimit: Number(values.purchaseLimit), grades: this.painter.grades(),
      schedules: new FormData(this.node).getAll("startsAt").map((text) => ({ startsAt: time(text) })),
      queue: values.queue ? { enabled: true } : undefined, draft: isDraft,
    };
  }

  /** A stage that is made stays chosen, so that what is wrong elsewhere makes no second one. */
  async stageID(values) {
    if (values.stageId === "online") return undefined;
    if (values.stageId !== "new") return Number(values.stageId);
    const draft = { name: values.stageName, location: values.location, rows: Number(values.rows), cols: Number(values.cols) };
    const { stageId } = await call("POST", "/stage", { body: draft, key: newKey() });
    this.stages.push({ ...draft, stageId });
    this.stage.prepend(make("option", { value: stageId, selected: true }, `${draft.name} (${draft.rows} × ${draft.cols})`));
    this.place();
    return stageId;
  }
}
