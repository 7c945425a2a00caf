// Creating a show, a question at a time: what, where, for how much, when. What is wrong is told where it is wrong, and
// what is written is there again for who comes back.
import { call } from "./api.js";
import { make, put } from "./dom.js";
import { t } from "./language.js";
import { Painter } from "./painter.js";
import { leave, setBusy, start } from "./shell.js";
import "./staff.js";
import { clearFields, firstInvalid, RequestKey, tellProblem } from "./staff-form.js";
import { Draft } from "./studio-draft.js";
import { More, part, rush, what, When, Where } from "./studio-new-parts.js";
import { sellersOf } from "./studio-tabs.js";
import { teamsOf } from "./teams.js";
import { momentOf } from "./zone.js";

start("new.title", async (main, me) => {
  const sellers = sellersOf(me, await teamsOf(me));
  if (!sellers.length) return put(main, make("section.empty", {}, make("h1", {}, t("new.title")), make("p", {}, t("studio.forSellers")),
    make("a.button", { href: "/account/" }, t("account.title"))));
  const stages = await call("GET", "/stage?limit=100");
  const form = new Form(stages.items, sellers);
  const isRestored = form.keep(new Draft(me));
  return put(main, make("h1", {}, t("new.title")), isRestored && make("div.note", {}, make("p", { role: "status" }, t("new.restored")),
    make("button.plain.small", { type: "button", onclick: () => form.startOver() }, t("new.startOver"))), form.node);
}, { forMembers: true });

class Form {
  constructor(stages, sellers) {
    this.keys = { stage: new RequestKey(), concert: new RequestKey() };
    this.painter = new Painter([{ name: "R", price: 99_000 }, { name: "S", price: 66_000 }]);
    this.painted = make("p.wrong", { role: "alert" });
    this.when = new When();
    this.more = new More();
    this.where = new Where(stages, sellers, (place) => {
      this.painter.place(place);
      this.when.setZone(place.zone);
    });
    this.parts = [what(), this.where.node, part("new.prices", this.painter.node, this.painted), this.when.node, rush(), this.more.node];
    this.said = make("div");
    this.steps = make("ol.stepper", { "aria-label": t("new.steps") }, this.parts.map((one, index) => make("li", {},
      make("button.plain.small", { type: "button", onclick: () => this.go(index) }, `${index + 1}. ${t(one.dataset.title)}`))));
    this.ways = {
      back: make("button.plain", { type: "button", onclick: () => this.go(this.step - 1) }, t("new.back")),
      next: make("button.button", { type: "button", onclick: () => this.go(this.step + 1) }, t("new.next")),
      create: make("button.button", { type: "submit", value: "publish" }, t("new.create")),
      draft: make("button.plain", { type: "submit", value: "draft" }, t("new.createDraft")),
    };
    this.node = make("form.form.wide", { novalidate: true, onsubmit: (event) => this.send(event) },
      this.steps, this.parts, this.said, make("div.ways", {}, Object.values(this.ways)));
    this.show(0);
  }

  /** Takes up what was written before, if there is anything, and keeps what is from now on. */
  keep(draft) {
    this.draft = draft;
    const isRestored = draft.restore(this);
    draft.follow(this);
    return isRestored;
  }

  startOver() {
    this.draft.drop();
    location.reload();
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
    if (this.isSending) return undefined;
    this.busy(true);
    try {
      const stageId = await this.stageID();
      const body = this.body(stageId, event.submitter?.value === "draft");
      const made = await call("POST", "/concert", { body, key: this.keys.concert.for(body) });
      this.draft.drop();
      // Until the other page is there: pressed once more it would be another show.
      await leave(`/studio/concert/${made.concertId}`);
      this.busy(false);
    } catch (problem) {
      for (const key of Object.values(this.keys)) key.refused(problem);
      this.busy(false);
      this.tell(problem);
    }
    return undefined;
  }

  busy(isSending) {
    this.isSending = isSending;
    for (const button of [this.ways.create, this.ways.draft]) setBusy(button, isSending);
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
      // A show on a stage is of whom the stage is.
      sellerId: stageId ? undefined : this.where.seller,
      ageRating: Number(values.ageRating), holdSeconds: Number(values.holdSeconds), refundRules: this.more.rules.rules(), fields: this.more.fields.items(),
      saleOpensAt: momentOf(values.saleOpensAt, zone), saleClosesAt: momentOf(values.saleClosesAt, zone),
      purchaseLimit: Number(values.purchaseLimit), grades: this.painter.grades(),
      schedules: startsAt.map((text) => ({
        startsAt: momentOf(text, zone), timeZone: stageId ? undefined : zone,
        doorsOpenMinutesBefore: Number(values.doorsOpenMinutesBefore), replayHours: Number(values.replayHours),
      })),
      queue: values.queue ? { enabled: true } : undefined, draft: isDraft,
    };
  }

  /** A stage that is made stays chosen, so that what is wrong elsewhere makes no second one. */
  async stageID() {
    const values = this.values;
    if (values.stageId === "online") return undefined;
    if (values.stageId !== "new") return Number(values.stageId);
    const draft = {
      name: values.stageName, location: values.location, ...this.where.hall.layout, timeZone: this.where.zone,
      sellerId: this.where.seller,
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
