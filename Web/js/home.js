// What is on: search as one types, by kind, in pages.
import { call, within } from "./api.js";
import { $, make, put } from "./dom.js";
import { date, money, shortDateTime } from "./format.js";
import { t } from "./language.js";
import { poster } from "./poster.js";
import { saleState } from "./sale.js";
import { moreButton, start, trouble } from "./shell.js";

const typingTime = 200;
const hour = 3_600_000;
/** A show that is on began so long ago at most, and its stream so long before it at most. */
const liveTimeMax = 12 * hour, doorsTimeMax = 2 * hour;
const soonTime = 7 * 24 * hour;
const shelfCountMax = 6;
/** The list waits so long for the shelves above it, which would push it down: later there are none. */
const shelfTimeMax = 1_500;
/** The API lists by number and not by time: all of what is asked for is read, of this many pages at most. */
const pageLength = 100, pageCountMax = 5;
const categories = ["", "CONCERT", "MUSICAL", "SPORT", "EXHIBITION", "OTHER"];

start("home.title", async (main) => {
  const query = new URLSearchParams(location.search);
  const word = make("input", {
    id: "word", type: "search", placeholder: t("home.search"), "aria-label": t("home.search"), autocomplete: "off",
    value: query.get("keyword") ?? "", maxlength: 100,
  });
  const kinds = make("fieldset.kinds", {}, make("legend.hidden", {}, t("home.kinds")), categories.map((name) => make("label", {},
    make("input", { type: "radio", name: "kind", value: name, checked: name === (query.get("category") ?? "") }),
    make("span", {}, t(name ? `category.${name}` : "home.all")))));
  const found = make("div");
  const shelves = make("div.shelves");
  const told = make("p.hidden", { role: "status" });
  put(main,
    make("section.hero.small", {}, make("h1", {}, t("home.claim")), make("p.lede", {}, t("home.lede"))),
    make("form.search", { role: "search", onsubmit: (event) => event.preventDefault() }, word, kinds), told, shelves, found);
  const search = new Search(found, shelves, told, () => ({ keyword: word.value.trim(), category: $(":checked", kinds)?.value ?? "" }));
  let timer = null;
  word.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(() => search.run(), typingTime);
  });
  kinds.addEventListener("change", () => search.run());
  await search.run();
});

/** What is on at the moment, and what begins within days, as nodes. */
async function readShelves() {
  // To the minute: who looks in the same minute asks the same.
  const minute = Math.floor(Date.now() / 60_000) * 60_000;
  const [begun, coming] = await Promise.all([all(minute - liveTimeMax, minute + doorsTimeMax), all(minute, minute + soonTime)]);
  const shelf = (key, items) => items.length > 0 && make("section", {}, make("h2", {}, t(key)), make("ul.shows", {}, items.map(card)));
  const live = begun.filter((concert) => concert.isLive).sort(byNext);
  const soon = coming.filter((concert) => !concert.isLive && saleState(concert, null, Date.now()) !== "canceled")
    .sort(byNext).slice(0, shelfCountMax);
  const shelves = [shelf("home.live", live), shelf("home.soon", soon)].filter(Boolean);
  return shelves.length ? [...shelves, make("h2", {}, t("home.all.title"))] : [];
}

/** One that goes on longer than it was to has no next time. */
const nextTime = ({ nextStartsAt }) => (nextStartsAt ? Date.parse(nextStartsAt) : 0);
const byNext = (a, b) => nextTime(a) - nextTime(b);

/** Every concert that is played between two moments. */
async function all(from, to) {
  const found = [];
  let cursor = "";
  for (let count = 0; count < pageCountMax; count += 1) {
    const page = await call("GET", `/concert?limit=${pageLength}&from=${at(from)}&to=${at(to)}${cursor}`);
    found.push(...page.items);
    if (!page.nextCursor) break;
    cursor = `&cursor=${encodeURIComponent(page.nextCursor)}`;
  }
  return found;
}

const at = (time) => encodeURIComponent(new Date(time).toISOString());

class Search {
  /** `told` says how many there are to who listens: the list itself is too long to be read out at each letter. */
  constructor(place, shelves, told, terms) {
    Object.assign(this, { place, shelves, told, terms });
  }

  /** The latest question alone is answered: those before it are given up. */
  async run() {
    this.going?.abort();
    this.going = new AbortController();
    const { signal } = this.going;
    const terms = Object.entries(this.terms()).filter(([, value]) => value);
    history.replaceState(null, "", terms.length ? `/?${new URLSearchParams(terms)}` : "/");
    try {
      const [page, shelves] = await Promise.all([this.ask(terms, null, signal), terms.length ? null : this.readShelves()]);
      // An older question can be answered while the shelves of a newer one are waited for.
      if (signal.aborted) return;
      const list = make("ul.shows", {}, page.items.map(card));
      this.shelves.hidden = terms.length > 0;
      if (shelves) put(this.shelves, shelves);
      put(this.place, page.items.length ? list : this.nothing(terms.length > 0));
      this.tell(terms.length > 0, page);
      this.goOn(list, terms, page.nextCursor, signal);
    } catch (problem) {
      if (!signal.aborted) put(this.place, trouble(problem, () => this.run()));
    }
  }

  /** Read once; null when they are late this time. */
  async readShelves() {
    this.reading ??= readShelves().catch((problem) => {
      this.reading = null;
      throw problem;
    });
    return within(shelfTimeMax, this.reading);
  }

  tell(isAsking, { items, nextCursor }) {
    this.told.textContent = !isAsking ? "" : !items.length ? t("home.notFound")
      : t(nextCursor ? "home.foundMore" : "home.found", { n: items.length });
  }

  ask(terms, cursor, signal) {
    const query = new URLSearchParams([...terms, ["limit", "24"], ...(cursor ? [["cursor", cursor]] : [])]);
    return call("GET", `/concert?${query}`, { signal });
  }

  goOn(list, terms, cursor, signal) {
    if (!cursor) return;
    this.place.append(moreButton(async () => {
      const page = await this.ask(terms, cursor, signal);
      const cards = page.items.map(card);
      list.append(...cards);
      this.goOn(list, terms, page.nextCursor, signal);
      return cards[0];
    }));
  }

  nothing(isSearch) {
    return make("section.empty", {}, make("p", {}, t(isSearch ? "home.notFound" : "home.none")),
      make("a.button", { href: isSearch ? "/" : "/studio/" }, t(isSearch ? "home.showAll" : "home.makeOne")));
  }
}

function card(concert) {
  const found = saleState(concert, null, Date.now());
  return make("li", {}, make("a.show", { href: `/show/${concert.concertId}` },
    poster(concert),
    make("div", {},
      make("h2", {}, concert.name),
      concert.startsAt && make("p", {}, days(concert), concert.isLive && make("span.live", {}, t("live"))),
      make("p.quiet", {}, concert.stage?.name ?? t("show.online")),
      concert.minPrice && make("p", {}, t("home.from", { price: money(concert.minPrice) })),
      make("p.quiet", {}, t(`home.state.${found}`, { when: shortDateTime(concert.saleOpensAt, concert.timeZone ?? undefined) })))));
}

/** From the first performance to the last one. */
function days(concert) {
  const zone = concert.timeZone ?? undefined;
  const [from, to] = [concert.startsAt, concert.lastStartsAt ?? concert.startsAt].map((time) => date(time, zone));
  return from === to ? from : t("home.dates", { from, to });
}
