// Who has an account.
import { make } from "./dom.js";
import { t } from "./language.js";
import { moment, word } from "./staff.js";

const roles = ["USER", "SELLER", "MANAGER"];

export const members = {
  path: "/admin/members",
  get filters() { return [{ name: "role", options: roles.map((role) => [`ROLE_${role}`, word("role", role)]) }]; },
  heads: ["number", "name", "email", "role", "status", "at"],
  keyOf: (item) => item.memberId,
  row: (item) => [
    String(item.memberId), item.name, [item.email, !item.emailVerified && make("p.quiet", {}, t("manage.unverified"))],
    word("role", item.role), word("member.status", item.status), moment(item.createdAt),
  ],
};
