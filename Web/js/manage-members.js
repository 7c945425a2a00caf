// Who has an account. Each look at them is written down, so that they are looked at when somebody wants to.
import { make } from "./dom.js";
import { t } from "./language.js";
import { moment, word } from "./staff.js";

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
  heads: ["number", "name", "email", "role", "status", "at"],
  keyOf: (item) => item.memberId,
  row: (item) => [
    String(item.memberId), item.name, [item.email, !item.emailVerified && make("p.quiet", {}, t("manage.unverified"))],
    word("role", item.role), word("member.status", item.status), moment(item.createdAt),
  ],
};
