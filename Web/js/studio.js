// An organizer's shows.
import { call } from "./api.js";
import { make, put } from "./dom.js";
import { date } from "./format.js";
import { t } from "./language.js";
import { poster } from "./poster.js";
import { start } from "./shell.js";
import "./staff.js";

start("studio.title", async (main, me) => {
  if (me.role.endsWith("USER")) return put(main, make("section.empty", {}, make("p", {}, t("studio.forSellers")),
    make("a.button", { href: "/account/" }, t("account.title"))));
  const shows = await call("GET", "/member/me/concert?limit=100");
  return put(main,
    make("header.with-action", {}, make("h1", {}, t("studio.mine")), make("a.button", { href: "/studio/new/" }, t("studio.new"))),
    shows.items.length ? make("ul.shows", {}, shows.items.map(card))
      : make("section.empty", {}, make("p", {}, t("studio.none")), make("a.button", { href: "/studio/new/" }, t("studio.new"))));
}, { forMembers: true });

function card(concert) {
  return make("li", {}, make("a.show", { href: `/studio/concert/${concert.concertId}` }, poster(concert),
    make("div", {}, make("h2", {}, concert.name), concert.startsAt && make("p", {}, date(concert.startsAt)),
      make("p.quiet", {}, t(`studio.status.${concert.status}`)))));
}
