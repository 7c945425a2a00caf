// One's own account: name, password, other services, leaving.
import { call, signOut } from "./api.js";
import { make, put } from "./dom.js";
import { field, form } from "./forms.js";
import { date } from "./format.js";
import { t } from "./language.js";
import { focusOn, leave as goTo, moreButton, say, sayLater, told, worker } from "./shell.js";

export const providerName = (name) => name[0].toUpperCase() + name.slice(1);

export async function profile(me) {
  const [offered, connected] = await Promise.all(["/auth/social", "/member/me/social"].map((path) => call("GET", path)
    .then(({ items }) => items.map(({ name }) => name), () => [])));
  const name = make("h1", {}, me.name);
  return [name,
    make("dl.facts.card", {},
      me.email && [make("dt", {}, t("account.email")), make("dd", {}, me.email, " · ",
        make("span.quiet", {}, t(me.emailVerified ? "account.isVerified" : "account.notVerified")))],
      make("dt", {}, t("account.since")), make("dd", {}, date(me.createdAt)),
      make("dt", {}, t("account.role")), make("dd", {}, t(`role.${me.role}`))),
    me.email && !me.emailVerified && worker(t("account.sendVerify"), async () => {
      await call("POST", "/auth/email/resend");
      say(t("account.linkSent"));
    }, "button.plain"),
    make("p.ways", {}, make("a.button", { href: "/tickets/" }, t("nav.tickets")),
      make("a.button", { href: "/purchases/" }, t("nav.purchases"))),
    rename(me, name),
    changePassword(me),
    followed(),
    offered.length > 0 && social(me, offered, connected),
    worker(t("nav.signOut"), async () => {
      await signOut();
      await goTo("/");
    }, "button.plain"),
    worker(t("account.signOutEverywhere"), async () => {
      await call("POST", "/auth/signout", { body: { everywhere: true } });
      await goTo("/");
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

/** Whoever knew the old one is out, wherever: here too. Who has none sets one soon after he has signed in. */
function changePassword(me) {
  const title = me.hasPassword ? "account.change" : "account.setPassword";
  return make("details", {}, make("summary", {}, t(title)),
    form(null, [
      make("p.quiet", {}, t("account.changeMeans")),
      me.hasPassword && field("currentPassword", "account.passwordNow", { type: "password", autocomplete: "current-password" }),
      field("newPassword", "account.newPassword", { type: "password", autocomplete: "new-password", minlength: 8 }),
    ], title, async (values) => {
      await call("POST", "/auth/password/change", { body: values });
      sayLater(t("account.changed"));
      await goTo("/account/", "replace");
    }));
}

/** Whom one follows, asked for when somebody wants to see it. */
function followed() {
  const list = make("ul.chosen"), place = make("div", {}, list);
  const node = make("details", { ontoggle: () => { if (node.open && !list.children.length) show(); } },
    make("summary", {}, t("account.following")), place);
  const show = () => moreFollowed(list, place, null).then(() => {
    if (!list.children.length) put(place, make("p.quiet", {}, t("account.followsNobody")));
  }, (problem) => put(place, list, make("div", { role: "alert" }, told(problem))));
  return node;
}

async function moreFollowed(list, place, cursor) {
  const page = await call("GET", `/member/me/following?limit=50${cursor ? `&cursor=${encodeURIComponent(cursor)}` : ""}`);
  const lines = page.items.map(({ memberId, name }) => {
    const line = make("li", {}, make("span", { id: `seller-${memberId}` }, name || t("show.noOrganizer")), worker(t("show.unfollow"), async () => {
      await call("DELETE", `/member/${memberId}/follow`);
      say(t("show.unfollowed"));
      const next = line.nextElementSibling ?? line.previousElementSibling;
      line.remove();
      if (!list.children.length) put(place, make("p.quiet", {}, t("account.followsNobody")));
      focusOn(next?.querySelector("button") ?? place.firstElementChild);
    }, "button.plain"));
    // Many buttons of one word: each says whose it is, too.
    line.querySelector("button").setAttribute("aria-describedby", `seller-${memberId}`);
    return line;
  });
  list.append(...lines);
  if (page.nextCursor) place.append(moreButton(() => moreFollowed(list, place, page.nextCursor)));
  return lines[0];
}

/** Who has a password shows that he knows it: a service that is connected opens the account from then on. */
function social(me, offered, connected) {
  return make("details", {}, make("summary", {}, t("account.social")),
    make("ul.chosen", {}, connected.map((name) => make("li", {}, make("span", {}, providerName(name)),
      worker(t("account.disconnect"), async () => {
        await call("DELETE", `/auth/social/${name}`);
        sayLater(t("account.disconnected"));
        await goTo("/account/", "replace");
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
    await goTo(departure.location);
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
      await goTo("/", "replace");
    }));
}
