// What is on: search as one types, by kind, in pages.
import { call } from "./api.js";
import { $, make, put } from "./dom.js";
import { date, money, shortDateTime } from "./format.js";
import { t } from "./language.js";
import { poster } from "./poster.js";
import { saleState } from "./sale.js";
import { start, trouble, worker } from "./shell.js";

const typingTime = 200;
const hour = 3_600_000;
/** A show that is on began so long ago at most, and its stream so long before it at most. */
const liveTimeMax = 12 * hour, doorsTimeMax = 2 * hour;
const soonTime = 7 * 24 * hour;
const shelfCountMax = 6;
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
  const search = new Search(found, told, () => ({ keyword: word.value.trim(), category: $(":checked", kinds)?.value ?? "" }));
  let timer = null;
  word.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(() => search.run(), typingTime);
  });
  kinds.addEventListener("change", () => search.run());
  await search.run();
  // What is on is shown beside the list, and is no reason to show none.
  if (!search.isAsking()) showShelves(shelves).catch((problem) => console.warn(problem));
  const hide = () => { shelves.hidden = search.isAsking(); };
  word.addEventListener("input", hide);
  kinds.addEventListener("change", hide);
});

/** What is on at the moment, and what begins within days. */
async function showShelves(place) {
  // To the minute: who looks in the same minute asks the same.
  const minute = Math.floor(Date.now() / 60_000) * 60_000;
  const list = (from, to) => call("GET", `/concert?limit=12&from=${at(minute + from)}&to=${at(minute + to)}`);
  const [begun, coming] = await Promise.all([list(-liveTimeMax, doorsTimeMax), list(0, soonTime)]);
  const shelf = (key, items) => items.length > 0 && make("section", {}, make("h2", {}, t(key)), make("ul.shows", {}, items.map(card)));
  const live = begun.items.filter((concert) => concert.isLive);
  const soon = coming.items.filter((concert) => !concert.isLive && saleState(concert, null, Date.now()) !== "canceled")
    .sort((a, b) => Date.parse(a.nextStartsAt) - Date.parse(b.nextStartsAt)).slice(0, shelfCountMax);
  const shelves = [shelf("home.live", live), shelf("home.soon", soon)].filter(Boolean);
  if (shelves.length) put(place, shelves, make("h2", {}, t("home.all.title")));
}

const at = (time) => encodeURIComponent(new Date(time).toISOString());

class Search {
  /** `told` says how many there are to who listens: the list itself is too long to be read out at each letter. */
  constructor(place, told, terms) {
    Object.assign(this, { place, told, terms });
  }

  /** Whether something is looked for, or all is shown. */
  isAsking() { return Object.values(this.terms()).some(Boolean); }

  /** The latest question alone is answered: those before it are given up. */
  async run() {
    this.going?.abort();
    this.going = new AbortController();
    const { signal } = this.going;
    const terms = Object.entries(this.terms()).filter(([, value]) => value);
    history.replaceState(null, "", terms.length ? `/?${new URLSearchParams(terms)}` : "/");
    try {
      const page = await this.ask(terms, null, signal);
      const list = make("ul.shows", {}, page.items.map(card));
      put(this.place, page.items.length ? list : this.nothing(terms.length > 0));
      if (terms.length) this.told.textContent = page.items.length ? t("home.found", { n: page.items.length }) : t("home.notFound");
      this.goOn(list, terms, page.nextCursor, signal);
    } catch (problem) {
      if (!signal.aborted) put(this.place, trouble(problem, () => this.run()));
    }
  }

  ask(terms, cursor, signal) {
    const query = new URLSearchParams([...terms, ["limit", "24"], ...(cursor ? [["cursor", cursor]] : [])]);
    return call("GET", `/concert?${query}`, { signal });
  }

  goOn(list, terms, cursor, signal) {
    if (!cursor) return;
    const more = worker(t("more"), async () => {
      const page = await this.ask(terms, cursor, signal);
      list.append(...page.items.map(card));
      more.remove();
      this.goOn(list, terms, page.nextCursor, signal);
    }, "button.plain");
    this.place.append(more);
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
      make("p", {}, concert.minPrice && t("home.from", { price: money(concert.minPrice) }), " ",
        make("span.quiet", {}, t(`home.state.${found}`, { when: shortDateTime(concert.saleOpensAt, concert.timeZone ?? undefined) }))))));
}

/** From the first performance to the last one. */
function days(concert) {
  const zone = concert.timeZone ?? undefined;
  const [from, to] = [concert.startsAt, concert.lastStartsAt ?? concert.startsAt].map((time) => date(time, zone));
  return from === to ? from : t("home.dates", { from, to });
}
