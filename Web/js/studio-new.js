// Creating a show, a question at a time: what, where, for how much, when. What is wrong is told where it is wrong.
import { call } from "./api.js";
import { make, put } from "./dom.js";
import { t } from "./language.js";
import { Painter } from "./painter.js";
import { start } from "./shell.js";
import "./staff.js";
import { clearFields, firstInvalid, RequestKey, tellProblem } from "./staff-form.js";
import { part, rush, what, When, Where } from "./studio-new-parts.js";
import { momentOf } from "./zone.js";

start("new.title", async (main, me) => {
  if (me.role.endsWith("USER")) return put(main, make("section.empty", {}, make("h1", {}, t("new.title")), make("p", {}, t("studio.forSellers")),
    make("a.button", { href: "/account/" }, t("account.title"))));
  const stages = await call("GET", "/stage?limit=100");
  return put(main, make("h1", {}, t("new.title")), new Form(stages.items).node);
}, { forMembers: true });

class Form {
  constructor(stages) {
    this.keys = { stage: new RequestKey(), concert: new RequestKey() };
    this.painter = new Painter([{ name: "R", price: 99_000 }, { name: "S", price: 66_000 }]);
    this.painted = make("p.wrong");
    this.when = new When();
    this.where = new Where(stages, (place) => {
      this.painter.place(place);
      this.when.setZone(place.zone);
    });
    this.parts = [what(), this.where.node, part("new.prices", this.painter.node, this.painted), this.when.node, rush()];
    this.said = make("div");
    this.steps = make("ol.stepper", { "aria-label": t("new.steps") }, this.parts.map((one, index) => make("li", {},
      make("button.plain.small", { type: "button", onclick: () => this.go(index) }, `${index + 1}. ${t(one.dataset.title)}`))));
    this.ways = {
      back: make("button.plain", { type: "button", onclick: () => this.show(this.step - 1) }, t("new.back")),
      next: make("button.button", { type: "button", onclick: () => this.go(this.step + 1) }, t("new.next")),
      create: make("button.button", { type: "submit", value: "publish" }, t("new.create")),
      draft: make("button.plain", { type: "submit", value: "draft" }, t("new.createDraft")),
    };
    this.node = make("form.form.wide", { novalidate: true, onsubmit: (event) => this.send(event) },
      this.steps, this.parts, this.said, make("div.ways", {}, Object.values(this.ways)));
    this.where.changed();
    this.show(0);
  }

  show(step) {
    this.step = step;
    const isLast = step === this.parts.length - 1;
    for (const [index, one] of this.parts.entries()) one.hidden = index !== step;
    for (const [index, one] of [...this.steps.children].entries()) {
      const button = one.firstChild;
      if (index === step) button.setAttribute("aria-current", "step");
      else button.removeAttribute("aria-current");
    }
    this.ways.back.hidden = step === 0;
    this.ways.next.hidden = isLast;
    for (const name of ["create", "draft"]) this.ways[name].hidden = !isLast;
  }

  /** To another step, if all before it are as they have to be. */
  go(step) {
    clearFields(this.node);
    put(this.said);
    for (let index = 0; index < step; index += 1) if (!this.check(index)) return false;
    this.show(step);
    this.parts[step]?.querySelector("input:not([disabled]), select, textarea")?.focus();
    return true;
  }

  check(step) {
    const wrong = firstInvalid(this.parts[step]);
    const problem = !wrong && this.parts[step].contains(this.painter.node) ? this.painter.problem() : null;
    if (!wrong && !problem) return true;
    this.show(step);
    if (problem) put(this.painted, problem);
    wrong?.focus();
    return false;
  }

  async send(event) {
    event.preventDefault();
    // Enter in a field goes on, as the button does.
    if (this.step < this.parts.length - 1) return this.go(this.step + 1);
    clearFields(this.node);
    put(this.said);
    for (const index of this.parts.keys()) if (!this.check(index)) return false;
    const buttons = [this.ways.create, this.ways.draft];
    for (const button of buttons) button.disabled = true;
    try {
      const stageId = await this.stageID();
      const body = this.body(stageId, event.submitter?.value === "draft");
      const made = await call("POST", "/concert", { body, key: this.keys.concert.for(body) });
      location.assign(`/studio/concert/${made.concertId}`);
    } catch (problem) {
      for (const key of Object.values(this.keys)) key.refused(problem);
      this.tell(problem);
    } finally {
      for (const button of buttons) button.disabled = false;
    }
    return undefined;
  }

  /** The step in which something is wrong is shown. */
  tell(problem) {
    tellProblem(this.node, this.said, problem);
    const wrong = this.node.querySelector("[aria-invalid]");
    const step = this.parts.findIndex((one) => one.contains(wrong));
    if (step < 0) return;
    this.show(step);
    wrong.focus();
  }

  get values() { return Object.fromEntries(new FormData(this.node)); }

  body(stageId, isDraft) {
    const values = this.values, { zone } = this.where;
    const startsAt = new FormData(this.node).getAll("startsAt");
    return {
      name: values.name, performers: values.performers || undefined, description: values.description || undefined,
      category: values.category, runtimeMinutes: Number(values.runtimeMinutes), stageId,
      saleOpensAt: momentOf(values.saleOpensAt, zone), saleClosesAt: momentOf(values.saleClosesAt, zone),
      purchaseLimit: Number(values.purchaseLimit), grades: this.painter.grades(),
      schedules: startsAt.map((text) => ({ startsAt: momentOf(text, zone), timeZone: stageId ? undefined : zone })),
      queue: values.queue ? { enabled: true } : undefined, draft: isDraft,
    };
  }

  /** A stage that is made stays chosen, so that what is wrong elsewhere makes no second one. */
  async stageID() {
    const values = this.values;
    if (values.stageId === "online") return undefined;
    if (values.stageId !== "new") return Number(values.stageId);
    const draft = {
      name: values.stageName, location: values.location, rows: Number(values.rows), cols: Number(values.cols), timeZone: this.where.zone,
    };
    try {
      const { stageId } = await call("POST", "/stage", { body: draft, key: this.keys.stage.for(draft) });
      this.where.made({ ...draft, stageId });
      return stageId;
    } catch (problem) {
      // It is about the stage, whose fields have names of their own here.
      for (const error of problem.errors ?? []) error.pointer = `/stage${error.pointer}`;
      throw problem;
    }
  }
}
