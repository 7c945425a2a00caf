// Signing in and up, links that were mailed, and one's own account.
import { call, signIn, signOut } from "./api.js";
import { make, put } from "./dom.js";
import { date } from "./format.js";
import { t } from "./language.js";
import { say, start, trouble, worker } from "./shell.js";

const word = location.pathname.split("/").filter(Boolean)[1];
/** Behind #, so that it is in no log and no Referer. */
const secret = location.hash.slice(1);

start("account.title", async (main, me) => {
  if (word === "verify" && secret) return verify(main, me);
  if (word === "reset" && secret) return put(main, reset());
  return me ? put(main, profile(me)) : put(main, await doors());
});

/** Only a way of our own: an address from outside must not lead elsewhere. */
function next() {
  const way = new URLSearchParams(location.search).get("next") ?? "/";
  return /^\/(?![/\\])/.test(way) ? way : "/";
}

function field(id, key, attributes) {
  return make("div.field", {}, make("label", { for: id }, t(key)), make("input", { id, name: id, required: true, ...attributes }),
    make("p.wrong", { id: `${id}-wrong` }));
}

/** A form that is sent by a button or by Enter; what is wrong with a field is told at the field. */
function form(title, fields, button, send) {
  const said = make("div");
  const submit = make("button.button", { type: "submit" }, t(button));
  return make("form.card.form", {
    novalidate: true,
    onsubmit: async (event) => {
      event.preventDefault();
      const node = event.currentTarget;
      for (const wrong of node.querySelectorAll(".wrong")) put(wrong);
      for (const input of node.querySelectorAll("input")) input.removeAttribute("aria-invalid");
      if (!node.checkValidity()) {
        const first = node.querySelector(":invalid");
        tell(node, first.name, first.validationMessage);
        return first.focus();
      }
      submit.disabled = true;
      put(said);
      try {
        await send(Object.fromEntries(new FormData(node)));
      } catch (problem) {
        let isTold = false;
        for (const error of problem.errors ?? []) isTold = tell(node, error.pointer.slice(1), error.detail) || isTold;
        if (!isTold) put(said, trouble(problem, null).firstChild);
      } finally {
        submit.disabled = false;
      }
      return undefined;
    },
  }, make("h2", {}, t(title)), fields, said, submit);
}

function tell(node, name, text) {
  const input = node.elements.namedItem(name);
  const place = node.querySelector(`#${CSS.escape(`${input?.id}-wrong`)}`);
  if (!place) return false;
  put(place, text);
  input.setAttribute("aria-invalid", "true");
  input.setAttribute("aria-describedby", place.id);
  return true;
}

async function doors() {
  const social = await call("GET", "/auth/social").catch(() => ({ items: [] }));
  return [make("h1", {}, t("account.welcome")),
    make("div.doors", {},
      form("account.signIn", [
        field("email", "account.email", { type: "email", autocomplete: "username" }),
        field("password", "account.password", { type: "password", autocomplete: "current-password" }),
      ], "account.signIn", async ({ email, password }) => {
        await signIn(email, password);
        location.replace(next());
      }),
      form("account.signUp", [
        field("name", "account.name", { autocomplete: "name", maxlength: 100 }),
        field("new-email", "account.email", { type: "email", autocomplete: "email" }),
        field("new-password", "account.newPassword", { type: "password", autocomplete: "new-password", minlength: 8 }),
        make("label.check", {}, make("input", { type: "checkbox", name: "seller" }), t("account.asSeller")),
      ], "account.signUp", async (values) => {
        await call("POST", "/member", {
          body: {
            name: values.name, email: values["new-email"], password: values["new-password"],
            roleType: values.seller ? "ROLE_SELLER" : "ROLE_USER",
          },
        });
        await signIn(values["new-email"], values["new-password"]);
        location.replace(next());
      })),
    social.items.length > 0 && make("section.social", {}, make("h2", {}, t("account.social")),
      social.items.map(({ name }) => make("a.button.plain", {
        href: `/api/v1/auth/social/${name}/start?next=${encodeURIComponent(next())}`,
      }, t("account.socialBy", { name: name[0].toUpperCase() + name.slice(1) })))),
    make("details", {}, make("summary", {}, t("account.forgot")),
      form("account.forgot", [field("lost", "account.email", { type: "email", autocomplete: "email" })], "account.sendLink",
        async ({ lost }) => {
          await call("POST", "/auth/password/forgot", { body: { email: lost } });
          say(t("account.linkSent"));
        }))];
}

function reset() {
  return [make("h1", {}, t("account.reset")),
    form("account.reset", [field("newPassword", "account.newPassword", { type: "password", autocomplete: "new-password", minlength: 8 })],
      "account.reset", async ({ newPassword }) => {
        await call("POST", "/auth/password/reset", { body: { token: secret, newPassword } });
        say(t("account.resetDone"));
        location.replace("/account/");
      })];
}

async function verify(main, me) {
  if (!me) return put(main, await doors());
  await call("POST", "/auth/email/verify", { body: { token: secret } });
  history.replaceState(null, "", "/account/");
  say(t("account.verified"));
  return put(main, profile({ ...me, emailVerified: true }));
}

function profile(me) {
  return [make("h1", {}, me.name),
    make("dl.facts.card", {},
      make("dt", {}, t("account.email")), make("dd", {}, me.email, " ",
        me.emailVerified ? make("span.quiet", {}, t("account.isVerified")) : null),
      make("dt", {}, t("account.since")), make("dd", {}, date(me.createdAt)),
      make("dt", {}, t("account.role")), make("dd", {}, t(`role.${me.role}`))),
    !me.emailVerified && worker(t("account.sendVerify"), async () => {
      await call("POST", "/auth/email/resend");
      say(t("account.linkSent"));
    }, "button.plain"),
    make("p", {}, make("a.button", { href: "/tickets/" }, t("nav.tickets"))),
    me.hasPassword && form("account.change", [
      field("currentPassword", "account.password", { type: "password", autocomplete: "current-password" }),
      field("newPassword", "account.newPassword", { type: "password", autocomplete: "new-password", minlength: 8 }),
    ], "account.change", async (values) => {
      await call("POST", "/auth/password/change", { body: values });
      say(t("account.changed"));
    }),
    worker(t("account.signOutEverywhere"), async () => {
      await call("POST", "/auth/signout", { body: { everywhere: true } });
      location.assign("/");
    }, "button.plain"),
    worker(t("nav.signOut"), async () => {
      await signOut();
      location.assign("/");
    }, "button.plain")];
}
