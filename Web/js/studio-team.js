// Who works for an organizer, and what for.
import { call } from "./api.js";
import { make, put } from "./dom.js";
import { date } from "./format.js";
import { t } from "./language.js";
import { start } from "./shell.js";
import { refill, table, word } from "./staff.js";
import { act, field } from "./staff-form.js";
import { studioTabs } from "./studio-tabs.js";
import { teamsOf } from "./teams.js";

const roles = ["ADMIN", "FINANCE", "STREAMER"];
const roleField = (value) => field(t("team.role"), "role",
  { value, options: roles.map((role) => [role, `${word("team.is", role)}: ${t(`team.may.${role}`)}`]) });
const nameOf = (one) => one.name || t("team.noName", { n: String(one.memberId) });

start("team.title", async (main, me) => {
  const view = make("div");
  const create = () => make("button.button", { type: "button", onclick: () => add(show) }, t("team.add"));
  const show = async () => {
    const team = await call("GET", "/member/me/team");
    refill(view, team.items.length ? table(t("team.title"), ["member", "role", "since", "ways"].map((head) => t(`team.${head}`)),
      team.items.map((one) => row(one, show))) : make("section.empty", {}, make("p", {}, t("team.none")), create()));
  };
  put(main, studioTabs(me, await teamsOf(me)), make("header.with-action", {}, make("h1", {}, t("team.title")),
    create()), make("p.quiet", {}, t("team.text")), view);
  await show();
}, { forMembers: true });

function row(one, again) {
  const way = (name, key, work) => make("button.plain.small", { type: "button", data: { way: `${name}-${one.memberId}` }, onclick: () => work(one, again) }, t(key));
  return [nameOf(one), word("team.is", one.role), date(one.addedAt),
    make("div.ways", {}, way("change", "studio.change", change), way("remove", "team.remove", remove))];
}

const add = (again) => act({
  title: t("team.add"), action: t("team.add"),
  fields: [field(t("team.email"), "email", { type: "email", required: true, maxlength: 254, autocomplete: "off", hint: t("team.emailHint") }), roleField()],
  work: (asked, key) => call("POST", "/member/me/team", { body: asked, key }),
}, again);

const change = (one, again) => act({
  title: `${t("studio.change")}: ${nameOf(one)}`, action: t("staff.save"), fields: [roleField(one.role)],
  work: (asked, key) => call("POST", "/member/me/team", { body: { memberId: one.memberId, ...asked }, key }),
}, again);

const remove = (one, again) => act({
  title: t("team.remove"), text: t("team.removeSure", { name: nameOf(one) }), action: t("team.remove"), isHard: true,
  work: () => call("DELETE", `/member/me/team/${one.memberId}`),
}, again);
