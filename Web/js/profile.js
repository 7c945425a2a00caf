// One's own account: name, password, other services, leaving.
import { call, signOut } from "./api.js";
import { make, put } from "./dom.js";
import { field, form } from "./forms.js";
import { date } from "./format.js";
import { t } from "./language.js";
import { say, sayLater, worker } from "./shell.js";

export const providerName = (name) => name[0].toUpperCase() + name.slice(1);

export async function profile(me) {
  const [offered, connected] = await Promise.all(["/auth/social", "/member/me/social"].map((path) => call("GET", path)
    .then(({ items }) => items.map(({ name }) => name), () => [])));
  const name = make("h1", {}, me.name);
  return [name,
    make("dl.facts.card", {},
      me.email && [make("dt", {}, t("account.email")), make("dd", {}, me.email, " ",
        me.emailVerified ? make("span.quiet", {}, t("account.isVerified")) : null)],
      make("dt", {}, t("account.since")), make("dd", {}, date(me.createdAt)),
      make("dt", {}, t("account.role")), make("dd", {}, t(`role.${me.role}`))),
    me.email && !me.emailVerified && worker(t("account.sendVerify"), async () => {
      await call("POST", "/auth/email/resend");
      say(t("account.linkSent"));
    }, "button.plain"),
    make("p.ways", {}, make("a.button", { href: "/tickets/" }, t("nav.tickets")),
      make("a.button", { href: "/purchases/" }, t("nav.purchases"))),
    rename(me, name),
    me.hasPassword && changePassword(),
    offered.length > 0 && social(me, offered, connected),
    worker(t("nav.signOut"), async () => {
      await signOut();
      location.assign("/");
    }, "button.plain"),
    worker(t("account.signOutEverywhere"), async () => {
      await call("POST", "/auth/signout", { body: { everywhere: true } });
      location.assign("/");
    }, "button.plain"),
    leave(me)];
}

function rename(me, title) {
  return make("details", {}, make("summary", {}, t("account.rename")),
    form(null, [field("name", "account.name", { autocomplete: "name", maxlength: 100, value: me.name })], "account.save",
      async ({ name }) => {
        await call("PATCH", "/member/me", { body: { name } });
        put(title, name);
        for (const person of document.querySelectorAll(".person")) put(person, name);
        say(t("account.saved"));
      }));
}

/** Whoever knew the old one is out, wherever: here too. */
function changePassword() {
  return make("details", {}, make("summary", {}, t("account.change")),
    form(null, [
      make("p.quiet", {}, t("account.changeMeans")),
      field("currentPassword", "account.password", { type: "password", autocomplete: "current-password" }),
      field("newPassword", "account.newPassword", { type: "password", autocomplete: "new-password", minlength: 8 }),
    ], "account.change", async (values) => {
      await call("POST", "/auth/password/change", { body: values });
      sayLater(t("account.changed"));
      location.replace("/account/");
    }));
}

/** Who has a password shows that he knows it: a service that is connected opens the account from then on. */
function social(me, offered, connected) {
  return make("details", {}, make("summary", {}, t("account.social")),
    make("ul.chosen", {}, connected.map((name) => make("li", {}, make("span", {}, providerName(name)),
      worker(t("account.disconnect"), async () => {
        await call("DELETE", `/auth/social/${name}`);
        sayLater(t("account.disconnected"));
        location.replace("/account/");
      }, "button.plain")))),
    offered.filter((name) => !connected.includes(name)).map((name) => connect(me, name)));
}

function connect(me, name) {
  const password = me.hasPassword && field(`${name}-password`, "account.password",
    { name: "password", type: "password", autocomplete: "current-password" });
  return form(null, [make("h3", {}, providerName(name)), password], "account.connect", async (values) => {
    const departure = await call("POST", `/auth/social/${name}/connect`, {
      body: { password: values.password, redirect: "/account/" },
    });
    location.assign(departure.location);
  });
}

function leave(me) {
  return make("details", {}, make("summary", {}, t("account.leave")),
    form(null, [
      make("p", {}, t("account.leaveMeans")),
      me.hasPassword && field("leave-password", "account.password",
        { name: "password", type: "password", autocomplete: "current-password" }),
      make("label.check", {}, make("input", { type: "checkbox", id: "leave-sure", name: "sure", required: true }),
        t("account.leaveSure")),
      make("p.wrong", { id: "leave-sure-wrong" }),
    ], "account.leave", async ({ password }) => {
      await call("DELETE", "/member/me", { body: { password } });
      sayLater(t("account.left"));
      location.replace("/");
    }));
}
