// An organizer's shows.
import { call } from "./api.js";
import { make, put } from "./dom.js";
import { date } from "./format.js";
import { t } from "./language.js";
import { poster } from "./poster.js";
import { start, worker } from "./shell.js";
import { word } from "./staff.js";
import { studioTabs } from "./studio-tabs.js";

const pageCount = 48;

start("studio.title", async (main, me) => {
  const page = await call("GET", `/member/me/concert?limit=${pageCount}`);
  // Whoever works for an organizer has shows here without being one.
  if (me.role.endsWith("USER") && !page.items.length) return put(main, make("section.empty", {}, make("h1", {}, t("studio.title")),
    make("p", {}, t("studio.forSellers")), make("p.quiet", {}, t("studio.forTeams", { n: String(me.memberId) })), make("a.button", { href: "/account/" }, t("account.title"))));
  const list = make("ul.shows"), foot = make("div");
  const show = ({ items, nextCursor }) => {
    list.append(...items.map(card));
    put(foot, nextCursor && worker(t("more"), async () =>
      show(await call("GET", `/member/me/concert?limit=${pageCount}&cursor=${encodeURIComponent(nextCursor)}`)), "button.plain"));
  };
  show(page);
  const create = () => make("a.button", { href: "/studio/new/" }, t("studio.new"));
  return put(main, studioTabs(me), make("header.with-action", {}, make("h1", {}, t("studio.mine")), create()),
    page.items.length ? [list, foot] : make("section.empty", {}, make("p", {}, t("studio.none")), create()));
}, { forMembers: true });

function card(concert) {
  return make("li", {}, make("a.show", { href: `/studio/concert/${concert.concertId}` }, poster(concert),
    make("div", {}, make("h2", {}, concert.name), concert.startsAt && make("p", {}, date(concert.startsAt)),
      make("p.quiet", {}, word("studio.status", concert.status)))));
}
