// One concert: what it is, when it is played, what is left, and the countdown to its sale.
import { call } from "./api.js";
import { make, numberInPath, put } from "./dom.js";
import { clock, dateTime, money } from "./format.js";
import { t } from "./language.js";
import { poster } from "./poster.js";
import { rules } from "./rules.js";
import { aheadOf, canQueue, freshly, saleState } from "./sale.js";
import { say, start, worker } from "./shell.js";

start("show.title", async (main, me) => {
  const id = numberInPath();
  if (!id) return put(main, nothing());
  const concert = await call("GET", `/concert/${id}`, freshly).catch((problem) => {
    if (problem.status === 404) return null;
    throw problem;
  });
  if (!concert) return put(main, nothing());
  document.title = `${concert.name} · Podo`;
  // The server's clock decides when a sale opens, whatever this machine's says.
  const ahead = aheadOf(concert);
  const isCanceled = saleState(concert, null, Date.now() + ahead) === "canceled";
  put(main, isCanceled && canceled(me), head(concert, me), await times(concert, ahead), facts(concert, isCanceled));
});

function nothing() {
  return make("section.trouble", {}, make("h1", {}, t("show.none")), make("a.button", { href: "/" }, t("show.others")));
}

/** Whoever has paid wants to know of his money, and anybody else what there is instead. */
function canceled(me) {
  return make("div.note", {}, make("p", {}, t("sale.canceled")),
    make("p.ways", {}, me && make("a.plain", { href: "/purchases/" }, t("nav.purchases")),
      make("a.plain", { href: "/" }, t("show.others"))));
}

function head(concert, me) {
  return make("section.head", {},
    poster(concert),
    make("div.words", {},
      make("p.quiet", {}, t(`category.${concert.category}`)),
      make("h1", {}, concert.name),
      concert.performers && make("p.performers", {}, concert.performers),
      make("dl.facts", {},
        row("show.venue", [concert.stage?.name, concert.stage?.location].filter(Boolean).join(" · ") || t("show.online")),
        row("show.runtime", t("show.minutes", { n: concert.runtimeMinutes })),
        row("show.age", concert.ageRating ? t("show.ageFrom", { n: concert.ageRating }) : t("show.ageAll")),
        organizer(concert.sellerId, me))));
}

/** There is room for the name and the button before they are known: what is below stays where it is. */
function organizer(id, me) {
  const place = make(me ? "dd.organizer" : "dd", {}, "…");
  call("GET", `/organizer/${id}`).then(({ name, followed }) => {
    put(place, make("span", {}, name || t("show.noOrganizer")), me && me.memberId !== id && followButton(id, followed));
  }, (problem) => {
    console.warn(problem);
    put(place, t("show.noOrganizer"));
  });
  return [make("dt", {}, t("show.organizer")), place];
}

/** Says which it is: to follow, or not to any more. */
function followButton(id, isFollowed) {
  const node = worker(t(isFollowed ? "show.unfollow" : "show.follow"), async () => {
    await call(isFollowed ? "DELETE" : "POST", `/member/${id}/follow`);
    say(t(isFollowed ? "show.unfollowed" : "show.followed"));
    const next = followButton(id, !isFollowed);
    node.replaceWith(next);
    next.querySelector("button").focus();
  }, "button.plain");
  return node;
}

function row(key, value) {
  return [make("dt", {}, t(key)), make("dd", {}, value)];
}

async function times(concert, ahead) {
  const list = make("ul.times", {}, concert.schedules.map((schedule) => line(concert, schedule, ahead)));
  return make("section", { "aria-labelledby": "times" },
    make("h2", { id: "times" }, t("show.times")), saleLine(concert, ahead),
    concert.schedules.length ? list : make("p.quiet", {}, t("show.noTimes")));
}

/** When the sale opens or closes; while it is not open, a countdown that loads the page anew at its end. */
function saleLine(concert, ahead) {
  const found = saleState(concert, null, Date.now() + ahead);
  if (found === "open") return make("p.quiet", {}, t("sale.until", { when: dateTime(concert.saleClosesAt, zone(concert)) }));
  if (found === "over" || found === "canceled") return null;
  if (found === "closed") return make("p.note", {}, t("sale.closed"));
  const left = make("strong.countdown", { role: "timer" });
  const tick = () => {
    const seconds = (Date.parse(concert.saleOpensAt) - Date.now() - ahead) / 1000;
    left.textContent = t("queue.opensIn", { left: clock(seconds) });
    if (seconds > 0) return setTimeout(tick, 1000);
    // Not everybody in the same instant.
    return setTimeout(() => location.reload(), Math.random() * 1500);
  };
  tick();
  return make("div.note", {}, make("p", {}, t("sale.opens", { when: dateTime(concert.saleOpensAt, zone(concert)) }), " ", left),
    concert.queue.enabled && make("p.quiet", {}, t("show.drawn")));
}

/** All performances of a concert are in one place. */
const zone = (concert) => concert.schedules[0]?.timeZone;

function line(concert, schedule, ahead) {
  const now = Date.now() + ahead;
  const found = saleState(concert, schedule, now);
  const isLive = schedule.live?.state === "LIVE";
  const hasReplay = found === "over" && schedule.replayUntil && now < Date.parse(schedule.replayUntil);
  return make("li.card", {},
    make("div", {},
      make("p.when", {}, dateTime(schedule.startsAt, schedule.timeZone), isLive && make("span.live", {}, t("live"))),
      hasReplay && make("p.quiet", {}, t("show.replayUntil", { when: dateTime(schedule.replayUntil, schedule.timeZone) })),
      make("ul.grades", {}, schedule.grades.map((grade) => gradeLine(concert, grade, found === "canceled")))),
    way(concert, schedule, now, found));
}

/** Before the sale opens the queue can be joined already: places are drawn among those who are in it. */
function way(concert, schedule, now, found) {
  if (canQueue(concert, schedule, now)) {
    return make("a.button", { href: `/queue/${concert.concertId}?schedule=${schedule.scheduleId}` },
      t(found === "before" ? "show.queueBefore" : "show.queue"));
  }
  return found === "open" ? make("a.button", { href: `/seats/${schedule.scheduleId}` }, t("show.choose"))
    : make("span.quiet", {}, t(`show.${found}`));
}

function gradeLine(concert, grade, isCanceled) {
  const { price, kind } = concert.grades.find((one) => one.gradeId === grade.gradeId) ?? {};
  const left = kind === "ONLINE" ? "show.leftOnline" : "show.left";
  return make("li", {}, make("span.grade", {}, grade.name), " ", price ? money(price) : "", !isCanceled && [" · ",
    make("span.quiet", {}, grade.remaining > 0 ? t(left, { n: grade.remaining }) : t("show.soldOut"))]);
}

/** What giving a ticket back costs is of no show that is canceled: all of it goes back. */
function facts(concert, isCanceled) {
  return make("section", { "aria-labelledby": "about" },
    make("h2", { id: "about" }, t("show.about")),
    concert.description ? make("p.description", {}, concert.description) : make("p.quiet", {}, t("show.noDescription")),
    concert.fields.length > 0 && make("dl.facts", {},
      concert.fields.map((field) => [make("dt", {}, field.name), make("dd", {}, field.value)])),
    !isCanceled && [make("h3", {}, t("refund.rules")), rules(concert)]);
}
