// What every page has: the bar with its ways, the language, who is signed in, and what is shown when something is wrong.
import { Problem, signInAddress, whoAmI } from "./api.js";
import { $, make, put } from "./dom.js";
import { choose, explain, fill, language, t } from "./language.js";
import { isInTeam, learnTeams } from "./teams.js";

document.documentElement.lang = language;
const retryCountMax = 5;

function languageSwitch() {
  const other = language === "ko" ? "en" : "ko";
  return make("button.plain", { type: "button", lang: other, onclick: () => choose(other) },
    other === "ko" ? "한국어" : "English");
}

function link(href, key) {
  const { pathname } = location;
  const isBelow = href !== "/" && pathname.startsWith(href);
  return make("a", { href, "aria-current": pathname === href ? "page" : isBelow && "true" }, t(key));
}

function bar(me) {
  const ways = [link("/", "nav.home")];
  if (me) ways.push(link("/tickets/", "nav.tickets"));
  if (me && (!me.role.endsWith("USER") || isInTeam(me))) ways.push(link("/studio/", "nav.studio"));
  if (me?.role.endsWith("MANAGER")) ways.push(link("/manage/", "nav.manage"));
  const person = me
    ? [make("a.person", { href: "/account/" }, me.name)]
    : [make("a.person", { href: signInAddress() }, t("nav.signIn"))];
  return [
    make("a.brand", { href: "/" }, make("img", { src: "/favicon.svg", alt: "", width: 32, height: 32 }), "Podo"),
    make("nav", { "aria-label": t("nav.label") }, ways),
    make("div.persons", {}, person, languageSwitch()),
  ];
}

/** What is wrong in words, when to try again, and the way to sign in where that is what is missing. */
export function told(problem) {
  console.warn(problem);
  const isKnown = problem instanceof Problem;
  return [
    make("p", {}, isKnown ? explain(problem) : t("problem.page")),
    isKnown && problem.retrySeconds && make("p.quiet", {}, t("problem.retryIn", { n: problem.retrySeconds })),
    isSignedOut(problem) && make("a.button", { href: signInAddress() }, t("nav.signIn")),
    // Said where the mail is sent again, too.
    problem.code === "email-not-verified" && make("a.plain", { href: "/account/" }, t("account.title")),
  ];
}

/** Not of a wrong password, which is 401 too. */
const isSignedOut = (problem) => problem.status === 401 && !["bad-credentials", "social-grant-invalid"].includes(problem.code);

/** Where one goes on from: whoever is in the studio stays there. Its pages alone know its words. */
const wayOut = () => (location.pathname.startsWith("/studio/")
  ? make("a.button", { href: "/studio/" }, t("studio.back"))
  : make("a.button", { href: "/" }, t("home.showAll")));

/** A box that says what is wrong and what to do next. */
export function trouble(problem, again) {
  const action = isSignedOut(problem) ? null
    // What is not there, or not for one, is not there a second time either.
    : again && ![403, 404].includes(problem.status) ? make("button.button", { type: "button", onclick: again }, t("again"))
      : wayOut();
  return make("section.trouble", { role: "alert" }, told(problem), action);
}

/** Where things are said: it is there before there is anything to say, as those who listen need it. */
function voice() {
  return $("#said") ?? document.body.appendChild(make("div", { id: "said", role: "status" }));
}

/** Says something to who looks and to who listens, and goes by itself. */
export function say(text) {
  const place = voice();
  put(place, make("p", {}, text));
  clearTimeout(say.timer);
  say.timer = setTimeout(() => put(place), 6000);
}

const laterKey = "podo-said";

/** Says it on the page that comes next. */
export function sayLater(text) {
  try {
    sessionStorage.setItem(laterKey, text);
  } catch {
    // Storage is forbidden: it is not said.
  }
}

function sayWhatWaits() {
  try {
    const text = sessionStorage.getItem(laterKey);
    sessionStorage.removeItem(laterKey);
    if (text) say(text);
  } catch {
    // As above.
  }
}

/** Runs a page: `show(main, me)` fills it. With `forMembers`, who is not signed in is asked to. */
export async function start(titleKey, show, { forMembers = false } = {}) {
  document.title = `${t(titleKey)} · Podo`;
  fill();
  voice();
  const main = $("#main");
  let timer = null, count = 0;
  const run = async () => {
    clearTimeout(timer);
    try {
      const me = await whoAmI().catch((problem) => {
        if (forMembers) throw problem;
        console.warn(problem);
        return null;
      });
      put($("#bar"), bar(me));
      // Whoever works for an organizer finds the studio too.
      if (me?.role.endsWith("USER")) learnTeams(me).then((isNew) => isNew && put($("#bar"), bar(me)), (problem) => console.warn(problem));
      if (forMembers && !me) return location.replace(signInAddress());
      await show(main, me);
    } catch (problem) {
      put(main, trouble(problem, run));
      // In a rush the server says when to come again: nobody has to press a button for that, and not all come at once.
      if (!(problem instanceof Problem && problem.isUnknown && problem.retrySeconds) || count === retryCountMax) return;
      count += 1;
      timer = setTimeout(run, problem.retrySeconds * 1000 * (1 + 0.5 * Math.random()));
    } finally {
      main.removeAttribute("aria-busy");
    }
  };
  await run();
  sayWhatWaits();
}

/** A navigation that somebody stopped leaves him on the page, whose buttons he needs then. */
const leaveTimeMax = 20_000;

/**
 * Goes to another page. It returns when that did not happen only, so that what was pressed stays busy until the page is
 * gone. Who comes back by the browser's own memory finds the page as it was before: it is opened anew.
 */
export function leave(address, way = "assign") {
  addEventListener("pageshow", (event) => { if (event.persisted) location.reload(); }, { once: true });
  location[way](address);
  return new Promise((resolve) => { setTimeout(resolve, leaveTimeMax); });
}

/** Busy or not. A button that is `disabled` would lose the focus: it is told to be, and does nothing. */
export function setBusy(button, isBusy) {
  for (const name of ["aria-disabled", "aria-busy"]) {
    if (isBusy) button.setAttribute(name, "true");
    else button.removeAttribute(name);
  }
}

export const isBusy = (button) => button.hasAttribute("aria-busy");

/** A button that is busy while its work goes on; what goes wrong is told beside it. */
export function worker(label, work, what = "button.button") {
  const said = make("div.beside");
  const button = make(what, {
    type: "button",
    onclick: async () => {
      if (isBusy(button)) return;
      setBusy(button, true);
      put(said);
      try {
        await work(said);
      } catch (problem) {
        put(said, make("div", { role: "alert" }, told(problem)));
      } finally {
        setBusy(button, false);
      }
    },
  }, label);
  return make("div.work", {}, button, said);
}

/** The next page of a list: `show()` adds it and returns the first new item, which has the focus then. */
export function moreButton(show) {
  const more = worker(t("more"), async () => {
    const first = await show();
    more.remove();
    focusOn(first?.querySelector("a, button") ?? first);
  }, "button.plain");
  return more;
}

/** Where the focus goes when what had it is gone: also to what is no button, a heading for one. */
export function focusOn(node) {
  if (!node) return;
  if (node.tabIndex < 0) node.setAttribute("tabindex", "-1");
  node.focus();
}
