// Who has an account. Each look at them is written down, so that they are looked at when somebody wants to.
import { call } from "./api.js";
import { make } from "./dom.js";
import { t } from "./language.js";
import { way } from "./manage-money.js";
import { moment, word } from "./staff.js";
import { act } from "./staff-form.js";

const roles = ["USER", "SELLER", "MANAGER"];

export const members = {
  path: "/admin/members",
  isStill: true,
  get filters() {
    return [{ name: "role", options: roles.map((role) => [role, word("role", role)]) },
      // Addresses are kept sealed: a part of one finds nobody.
      { name: "email", type: "email", maxlength: 254, autocomplete: "off", placeholder: "kim@example.com" },
      { name: "memberId", label: t("manage.memberNumber"), type: "number", min: 1, inputmode: "numeric" }];
  },
  heads: ["number", "name", "email", "role", "status", "joined", "ways"],
  keyOf: (item) => item.memberId,
  row: (item, again) => [
    String(item.memberId), item.name, [item.email, !item.emailVerified && make("p.quiet", {}, t("manage.unverified"))],
    word("role", item.role), word("member.status", item.status), moment(item.createdAt), lock(item, again),
  ],
};

/** Managers are the operator's to lock. */
function lock(item, again) {
  if (item.role === "MANAGER") return null;
  const [method, key] = item.status === "LOCKED" ? ["DELETE", "manage.unlock"] : ["POST", "manage.lock"];
  return way("lock", key, () => act({
    title: `${t(key)}: ${item.name || item.memberId}`, text: t(`${key}Text`), action: t(key), isHard: method === "POST",
    work: () => call(method, `/admin/members/${item.memberId}/lock`),
  }, again));
}
