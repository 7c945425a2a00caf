// Signing in and up, links that were mailed, coming back from another service, and one's own account.
import { call, Problem, signIn, signInAddress } from "./api.js";
import { make, put } from "./dom.js";
import { field, form } from "./forms.js";
import { t } from "./language.js";
import { Pauses } from "./news.js";
import { profile, providerName } from "./profile.js";
import { leave, say, sayLater, start, told } from "./shell.js";
import { next } from "./ways.js";

/** What the server takes of a way back from another service. */
const returnPathMax = 512;
const socialPauseMin = 1_000, socialPauseMax = 8_000, socialCountMax = 5;
const word = location.pathname.split("/").filter(Boolean)[1];
/** Behind #, so that it is in no log and no Referer. */
const secret = location.hash.slice(1);

start("account.title", async (main, me) => {
  const social = word ? null : new URLSearchParams(secret);
  if (social?.has("social-code")) return comeBack(main, me, social.get("social-code"));
  if (word === "verify" && secret) return verify(main, me);
  if (word === "reset" && secret) return put(main, reset());
  if (me && !social?.has("social-error") && new URLSearchParams(location.search).has("next")) return location.replace(next());
  put(main, me ? await profile(me) : doors());
  if (social?.has("social-connected")) say(t("account.connected", { name: providerName(social.get("social-connected")) }));
  if (social?.has("social-error")) refuse(main, new Problem(403, { code: social.get("social-error") }));
  if (social?.size) forgetSecret();
  return undefined;
});

/** What stood behind # is done with: loading the page again does it no second time. */
function forgetSecret() {
  history.replaceState(null, "", location.pathname + location.search);
}

function refuse(main, problem) {
  main.firstElementChild.after(make("section.trouble", { role: "alert" }, told(problem)));
}

/** From another service, with a code that is good once. */
async function comeBack(main, me, code) {
  forgetSecret();
  try {
    await call("POST", "/auth/social/exchange", { body: { code, session: "cookie" } });
    return location.replace(next());
  } catch (problem) {
    put(main, me ? await profile(me) : doors());
    return refuse(main, problem);
  }
}

/** Through the other service and back to this page, which then goes on. */
function startAddress(name) {
  const way = `/account/?next=${encodeURIComponent(next())}`;
  return `/api/v1/auth/social/${name}/start?redirect=${encodeURIComponent(way.length <= returnPathMax ? way : "/account/")}`;
}

/** Other services, when the server has told which: the other doors need not wait for it. */
async function showSocial(place) {
  const pauses = new Pauses(socialPauseMin, socialPauseMax);
  for (let count = 0; count < socialCountMax; count += 1) {
    try {
      const { items } = await call("GET", "/auth/social");
      place.hidden = items.length === 0;
      return put(place, make("h2", {}, t("account.social")), items.map(({ name }) => make("a.button.plain",
        { href: startAddress(name) }, t("account.socialBy", { name: providerName(name) }))));
    } catch (problem) {
      console.warn(problem);
      if (!(problem instanceof Problem) || !problem.isUnknown) return undefined;
      await new Promise((resolve) => { setTimeout(resolve, pauses.take()); });
    }
  }
  return undefined;
}

/** Who has forgotten his password gets a link by mail. */
function forgotten() {
  return make("details", {}, make("summary", {}, t("account.forgot")),
    form("account.forgot", [field("lost", "account.email", { name: "email", type: "email", autocomplete: "email" })],
      "account.sendLink", async ({ email }) => {
        await call("POST", "/auth/password/forgot", { body: { email } });
        say(t("account.linkSent"));
      }));
}

/** Whose password is wrong is told so, with the way to another one. */
function refusePassword(problem, said, email, lost) {
  if (problem.code !== "bad-credentials") throw problem;
  put(said, told(problem), make("button.plain", { type: "button", onclick: () => {
    lost.open = true;
    const input = lost.querySelector("input");
    input.value = email;
    input.focus();
  } }, t("account.forgot")));
}

function doors(way = next()) {
  const social = make("section.social", { hidden: true }), lost = forgotten();
  showSocial(social);
  return [make("h1", {}, t("account.welcome")),
    make("div.doors", {},
      make("div", {}, form("account.signIn", [
        field("email", "account.email", { type: "email", autocomplete: "username" }),
        field("password", "account.password", { type: "password", autocomplete: "current-password" }),
      ], "account.signIn", async ({ email, password }, said) => {
        try {
          await signIn(email, password);
        } catch (problem) {
          return refusePassword(problem, said, email, lost);
        }
        return goOn(way);
      }), lost),
      form("account.signUp", [
        field("name", "account.name", { autocomplete: "name", maxlength: 100 }),
        field("new-email", "account.email", { name: "email", type: "email", autocomplete: "email" }),
        field("new-password", "account.firstPassword",
          { name: "password", type: "password", autocomplete: "new-password", minlength: 8 }),
        make("label.check", {}, make("input", { type: "checkbox", name: "seller" }), t("account.asSeller")),
      ], "account.signUp", async ({ name, email, password, seller }) => {
        await call("POST", "/member", { body: { name, email, password, roleType: seller ? "ROLE_SELLER" : "ROLE_USER" } });
        await signIn(email, password);
        await goOn(way);
      })),
    social];
}

/** A way that differs by what is behind # alone would not load the page again. */
function goOn(way) {
  const address = new URL(way, location.origin);
  const going = leave(way, "replace");
  if (address.pathname === location.pathname && address.search === location.search) location.reload();
  return going;
}

function reset() {
  return [make("h1", {}, t("account.reset")),
    form("account.reset", [field("newPassword", "account.newPassword", { type: "password", autocomplete: "new-password", minlength: 8 })],
      "account.reset", async ({ newPassword }) => {
        await call("POST", "/auth/password/reset", { body: { token: secret, newPassword } });
        sayLater(t("account.resetDone"));
        await leave("/account/", "replace");
      })];
}

/** The link belongs to an account: who is not signed in does that first, and the link is still there afterwards. */
async function verify(main, me) {
  if (!me) {
    put(main, make("p.note", {}, t("account.verifySignIn")), doors(location.pathname + location.hash));
    return;
  }
  try {
    await call("POST", "/auth/email/verify", { body: { token: secret } });
  } catch (problem) {
    if (problem.status === 401) return location.replace(signInAddress());
    put(main, await profile(me));
    return refuse(main, problem);
  }
  history.replaceState(null, "", "/account/");
  say(t("account.verified"));
  put(main, await profile({ ...me, emailVerified: true }));
}
