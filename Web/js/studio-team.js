// Who works for an organizer, and what for.
import { call } from "./api.js";
import { make, put } from "./dom.js";
import { t } from "./language.js";
import { start } from "./shell.js";
import { moment, table, word } from "./staff.js";
import { act, field } from "./staff-form.js";
import { studioTabs } from "./studio-tabs.js";

const roles = ["ADMIN", "FINANCE", "STREAMER"];

start("team.title", async (main, me) => {
  const view = make("div");
  const show = async () => {
    const team = await call("GET", "/member/me/team");
    put(view, team.items.length ? table(t("team.title"), ["member", "role", "since", "ways"].map((head) => t(`team.${head}`)),
      team.items.map((one) => [String(one.memberId), word("team.is", one.role), moment(one.addedAt),
        make("button.plain.small", { type: "button", onclick: () => remove(one, show) }, t("team.remove"))])) : make("p.empty", {}, t("team.none")));
  };
  put(main, studioTabs(me), make("header.with-action", {}, make("h1", {}, t("team.title")),
    make("button.button", { type: "button", onclick: () => add(show) }, t("team.add"))), make("p.quiet", {}, t("team.text", { n: String(me.memberId) })), view);
  await show();
}, { forMembers: true });

const add = (again) => act({
  title: t("team.add"), action: t("team.add"),
  fields: [field(t("team.member"), "memberId", { type: "number", required: true, min: 1, hint: t("team.memberHint") }),
    field(t("team.role"), "role", { options: roles.map((role) => [role, `${word("team.is", role)}: ${t(`team.may.${role}`)}`]) })],
  work: (asked, key) => call("POST", "/member/me/team", { body: asked, key }),
}, again);

const remove = (one, again) => act({
  title: t("team.remove"), text: t("team.removeSure", { n: String(one.memberId) }), action: t("team.remove"), isHard: true,
  work: () => call("DELETE", `/member/me/team/${one.memberId}`),
}, again);
