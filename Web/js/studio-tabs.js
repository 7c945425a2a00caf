// The ways through the studio, for whom each is.
import { make } from "./dom.js";
import { t } from "./language.js";
import "./staff.js";

const isSeller = (me) => !me.role.endsWith("USER");

/** Whom somebody may make shows for: himself, and sellers for whom he is an ADMIN. `[id, name]` each. */
export function sellersOf(me, teams) {
  return [isSeller(me) && [me.memberId, t("studio.oneself", { name: me.name })],
    ...teams.filter((team) => team.role === "ADMIN").map((team) => [team.sellerId, team.name || t("studio.seller", { n: String(team.sellerId) })])].filter(Boolean);
}

export function studioTabs(me, teams = []) {
  const canMake = sellersOf(me, teams).length > 0;
  const ways = [["/studio/", "studio.mine"], isSeller(me) && ["/studio/money/", "money.title"], canMake && ["/studio/venues/", "venues.title"],
    isSeller(me) && ["/studio/team/", "team.title"]].filter(Boolean);
  // Whoever has nowhere else to go needs no way there.
  if (ways.length < 2) return null;
  const tabs = make("nav.tabs", { "aria-label": t("studio.title") }, ways.map(([href, key]) =>
    make("a.plain", { href, "aria-current": location.pathname === href && "page" }, t(key))));
  // On a phone they do not all fit: once they are on the page, the one that is shown comes into sight.
  requestAnimationFrame(() => tabs.querySelector("[aria-current]")
    ?.scrollIntoView({ block: "nearest", inline: "center" }));
  return tabs;
}
