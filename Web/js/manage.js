// What administrators look at: a part at a time, by the word in the address.
import { make, put } from "./dom.js";
import { learn, t } from "./language.js";
import { books } from "./manage-books.js";
import { ListView } from "./manage-list.js";
import { members } from "./manage-members.js";
import { payments, refunds } from "./manage-money.js";
import { requests } from "./manage-requests.js";
import { settlements } from "./manage-settlements.js";
import { shows } from "./manage-shows.js";
import { StateView } from "./manage-state.js";
import { manageTexts } from "./manage-texts.js";
import { start } from "./shell.js";
import "./staff.js";

learn(manageTexts);

const parts = { payments, refunds, settlements, books, shows, requests, members, state: null };

/** The part that the address names, and what of it: `#payments?status=FAILED`. */
function asked() {
  const [name, query] = location.hash.slice(1).split("?");
  return { name: Object.hasOwn(parts, name) ? name : "payments", query: new URLSearchParams(query) };
}

start("manage.title", async (main, me) => {
  if (!me.role.endsWith("MANAGER")) {
    return put(main, make("section.empty", {}, make("p", {}, t("manage.forManagers")), make("a.button", { href: "/" }, t("home.showAll"))));
  }
  const tabs = make("nav.tabs", { "aria-label": t("manage.title") }, Object.keys(parts).map((name) =>
    make("a.plain", { href: `#${name}`, data: { name } }, t(`manage.${name}`))));
  const place = make("section", { "aria-labelledby": "part" });
  put(main, make("h1", {}, t("manage.title")), tabs, place);
  let view = null, shown = null;
  const show = () => {
    const { name, query } = asked();
    // Who chooses others of the same list stays at its filters.
    if (name === shown && view?.choose) return view.choose(query);
    shown = name;
    view?.stop();
    for (const tab of tabs.children) {
      if (tab.dataset.name === name) {
        tab.setAttribute("aria-current", "page");
        tab.scrollIntoView({ block: "nearest", inline: "center" });
      } else tab.removeAttribute("aria-current");
    }
    view = name === "state" ? new StateView() : new ListView(name, parts[name], query);
    return put(place, make("h2", { id: "part" }, t(`manage.${name}`)), view.node);
  };
  addEventListener("hashchange", show);
  return void show();
}, { forMembers: true });
