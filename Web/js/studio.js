// An organizer's shows, and those of whom he works for.
import { call } from "./api.js";
import { make, put } from "./dom.js";
import { date } from "./format.js";
import { t } from "./language.js";
import { poster } from "./poster.js";
import { moreButton, start } from "./shell.js";
import { word } from "./staff.js";
import { sellersOf, studioTabs } from "./studio-tabs.js";
import { teamsOf } from "./teams.js";

const pageCount = 48;

start("studio.title", async (main, me) => {
  const [page, teams] = await Promise.all([call("GET", `/member/me/concert?limit=${pageCount}`), teamsOf(me)]);
  const canMake = sellersOf(me, teams).length > 0;
  // Whoever works for an organizer has shows here without being one.
  if (me.role.endsWith("USER") && !teams.length) return put(main, make("section.empty", {}, make("h1", {}, t("studio.title")),
    make("p", {}, t("studio.forSellers")), make("p.quiet", {}, t("studio.forTeams", { email: me.email })), make("a.button", { href: "/account/" }, t("account.title"))));
  const list = make("ul.shows"), foot = make("div");
  const show = ({ items, nextCursor }) => {
    const cards = items.map((concert) => card(concert, teams));
    list.append(...cards);
    put(foot, nextCursor && moreButton(async () =>
      show(await call("GET", `/member/me/concert?limit=${pageCount}&cursor=${encodeURIComponent(nextCursor)}`))));
    return cards[0];
  };
  show(page);
  const create = () => canMake && make("a.button", { href: "/studio/new/" }, t("studio.new"));
  return put(main, studioTabs(me, teams), make("header.with-action", {}, make("h1", {}, t(canMake || page.items.length === 0 ? "studio.mine" : "studio.shared")), create()),
    page.items.length ? [list, foot] : make("section.empty", {}, make("p", {}, t(canMake ? "studio.none" : "studio.noneYet")), create()));
}, { forMembers: true });

function card(concert, teams) {
  const team = teams.find((one) => one.sellerId === concert.sellerId);
  return make("li", {}, make("a.show", { href: `/studio/concert/${concert.concertId}` }, poster(concert),
    make("div", {}, make("h2", {}, concert.name), concert.startsAt && make("p", {}, date(concert.startsAt, concert.timeZone ?? undefined)),
      make("p.quiet", {}, word("studio.status", concert.status)), team && make("p.quiet", {}, `${team.name} · ${word("team.is", team.role)}`))));
}
