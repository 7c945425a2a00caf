// The ways through the studio.
import { make } from "./dom.js";
import { t } from "./language.js";
import "./staff.js";

export function studioTabs(me) {
  const isSeller = !me.role.endsWith("USER");
  const ways = [["/studio/", "studio.mine"], isSeller && ["/studio/money/", "money.title"], isSeller && ["/studio/venues/", "venues.title"],
    isSeller && ["/studio/team/", "team.title"]].filter(Boolean);
  return make("nav.tabs", { "aria-label": t("studio.title") }, ways.map(([href, key]) =>
    make("a.plain", { href, "aria-current": location.pathname === href && "page" }, t(key))));
}
