// What is on: search as one types, by kind, in pages.
import { call } from "./api.js";
import { $, make, put } from "./dom.js";
import { date, money } from "./format.js";
import { t } from "./language.js";
import { poster } from "./poster.js";
import { start, trouble, worker } from "./shell.js";

const typingTime = 200;
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
  const found = make("div", { "aria-live": "polite" });
  put(main,
    make("section.hero.small", {}, make("h1", {}, t("home.claim")), make("p.lede", {}, t("home.lede"))),
    make("form.search", { role: "search", onsubmit: (event) => event.preventDefault() }, word, kinds), found);
  const search = new Search(found, () => ({ keyword: word.value.trim(), category: $(":checked", kinds)?.value ?? "" }));
  let timer = null;
  word.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(() => search.run(), typingTime);
  });
  kinds.addEventListener("change", () => search.run());
  await search.run();
});

class Search {
  constructor(place, terms) {
    Object.assign(this, { place, terms });
  }

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
      make("a.button", { href: isSearch ? "/" : "/docs/" }, t(isSearch ? "home.showAll" : "home.makeOne")));
  }
}

function card(concert) {
  const isOpen = Date.parse(concert.saleOpensAt) <= Date.now() && Date.parse(concert.saleClosesAt) > Date.now();
  return make("li", {}, make("a.show", { href: `/show/${concert.concertId}` },
    poster(concert),
    make("div", {},
      make("h2", {}, concert.name),
      concert.startsAt && make("p", {}, date(concert.startsAt)),
      make("p.quiet", {}, concert.stage?.name ?? t("show.online")),
      make("p", {}, t("home.from", { price: money(concert.minPrice) }), " ",
        make("span.quiet", {}, t(isOpen ? "home.onSale" : concert.status === "PUBLISHED" ? "home.soon" : "sale.closed"))))));
}
