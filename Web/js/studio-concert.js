// One show of an organizer: what it is, whether it is on sale, how it sells, and where it is broadcast from.
import { call } from "./api.js";
import { make, numberInPath, put } from "./dom.js";
import { dateTime, money } from "./format.js";
import { t } from "./language.js";
import { poster } from "./poster.js";
import { rules } from "./rules.js";
import { start } from "./shell.js";
import { facts, refill, word } from "./staff.js";
import { act } from "./staff-form.js";
import { changeConcert, choosePoster, zoneOf } from "./studio-changes.js";
import { promotions } from "./studio-promotions.js";
import { changeQueue } from "./queue-settings.js";
import { sales } from "./studio-sales.js";
import { schedules } from "./studio-schedules.js";
import { hall } from "./studio-seats.js";
import { rights, roleFor } from "./teams.js";

const readyTime = 3000;

start("studio.title", async (main, me) => {
  const page = new ConcertPage(numberInPath(2), me);
  await page.show();
  // All of it at once: what came later would move what is read already. Who waits too long reads what there is.
  page.node.hidden = true;
  main.append(page.node);
  await Promise.race([Promise.allSettled(page.ready), new Promise((resolve) => { setTimeout(resolve, readyTime); })]);
  page.node.hidden = false;
  put(main, page.node);
}, { forMembers: true });

class ConcertPage {
  constructor(id, me) {
    Object.assign(this, { id, me });
    this.ready = [];
    this.head = make("div.part");
    this.salesPlace = make("div");
    this.hallPlace = make("div");
    this.codesPlace = make("div");
    this.node = make("div.part.sections", {}, this.head, this.salesPlace, this.hallPlace, this.codesPlace);
    this.again = () => this.show();
  }

  async show() {
    const concert = await call("GET", `/concert/${this.id}`);
    this.may ??= rights(await roleFor(this.me, concert.sellerId));
    this.concert = concert;
    document.title = `${concert.name} · Podo`;
    refill(this.head, header(concert), ways(concert, this.may, this.again), schedules(concert, this.may, this.again));
    this.showSales();
    this.showHall();
  }

  /** What is below the head is made when there is something to tell: of a draft there is not. */
  showSales() {
    if (!this.may.maySeeMoney) return;
    if (!this.hasSales && this.concert.status !== "DRAFT") {
      this.hasSales = true;
      this.add(this.salesPlace, sales(this.id, () => this.concert));
    }
    const isCanceled = this.concert.status === "CANCELED";
    if (this.codesOfCanceled === isCanceled) return;
    this.codesOfCanceled = isCanceled;
    this.add(this.codesPlace, promotions(this.concert, this.may));
  }

  add(place, part) {
    put(place, part?.node);
    this.ready.push(part?.ready);
  }

  showHall() {
    const { concert } = this;
    // Made anew when there are others to choose from, and not whenever something else has changed.
    const sign = JSON.stringify([concert.status === "DRAFT", concert.schedules.map(({ scheduleId, status, startsAt }) => [scheduleId, status, startsAt])]);
    if (sign === this.hallSign) return;
    this.hallSign = sign;
    this.hall?.close();
    this.hall = concert.status === "DRAFT" ? null : hall(concert, this.may);
    this.add(this.hallPlace, this.hall);
  }
}

function header(concert) {
  const prices = concert.grades.map((grade) => `${grade.name} ${money(grade.price)}`).join(", ");
  const zone = zoneOf(concert);
  return make("header.poster-and-facts", {}, poster(concert), make("div.words", {}, make("h1", {}, concert.name), facts([
    [t("manage.statusOf"), make("strong", {}, word("studio.status", concert.status))],
    [t("new.performers"), concert.performers],
    [t("show.venue"), concert.stage ? `${concert.stage.name} · ${concert.stage.location}` : t("show.online")],
    [t("sales.sale"), `${dateTime(concert.saleOpensAt, zone)} – ${dateTime(concert.saleClosesAt, zone)}`], [t("new.prices"), prices],
    [t("show.age"), concert.ageRating ? t("show.ageFrom", { n: concert.ageRating }) : t("show.ageAll")],
    [t("new.refunds"), rules(concert)],
    ...concert.fields.map(({ name, value }) => [name, value]),
  ])));
}

function ways(concert, may, again) {
  const id = concert.concertId, status = concert.status;
  const button = (key, work, what = "button.plain") => make(what, { type: "button", data: { way: key }, onclick: work }, t(key));
  const move = (name, key, { isHard = false, what } = {}) => button(key, () => act({
    title: t(key), text: t(`${key}Sure`), action: t(key), isHard, work: (_, idempotencyKey) => call("POST", `/concert/${id}/${name}`, { key: idempotencyKey }),
  }, again), what);
  const remove = () => act({
    title: t("studio.delete"), text: t("studio.deleteSure"), action: t("studio.delete"), isHard: true, work: () => call("DELETE", `/concert/${id}`),
  }, () => location.assign("/studio/"));
  const page = make("a.plain", { href: `/show/${id}` }, t("studio.page"));
  if (!may.mayChange) return make("div.ways", {}, page);
  const isOver = status === "CANCELED";
  return make("div.ways", {},
    status === "DRAFT" && move("publish", "studio.publish", { what: "button.button" }), page,
    !isOver && button("studio.change", () => changeConcert(concert, again)),
    !isOver && button("studio.poster", () => choosePoster(concert, again)),
    status === "PUBLISHED" && button("queue.settings", () => changeQueue(concert, again)),
    status === "PUBLISHED" && move("close", "studio.close"), status === "CLOSED" && move("publish", "studio.publishAgain"),
    ["PUBLISHED", "CLOSED"].includes(status)
      && move("cancel", "studio.cancel", { isHard: true, what: "button.plain.danger" }),
    status === "DRAFT" && button("studio.delete", remove, "button.plain.danger"));
}
