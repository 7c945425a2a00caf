// Where money goes back to that came by transfer: nobody but the buyer knows an account of his.
import { bankSelect } from "./banks.js";
import { make } from "./dom.js";
import { field, form } from "./forms.js";
import { t } from "./language.js";

/** `send(account)` gives it to whoever wants it: {bankCode, accountNumber, holderName}. `id` keeps two of them apart. */
export function accountForm(id, button, send) {
  const bank = bankSelect({ id: `bank-${id}`, name: "bankCode" });
  return form("account.refundTo", [
    make("div.field", {}, make("label", { for: bank.id }, t("account.bank")), bank, make("p.wrong", { id: `${bank.id}-wrong` })),
    field(`number-${id}`, "account.number", { name: "accountNumber", inputmode: "numeric", autocomplete: "off", maxlength: 24 }),
    field(`holder-${id}`, "account.holder", { name: "holderName", autocomplete: "off", maxlength: 60 }),
  ], button, async (values) => {
    // People write them with dashes and spaces.
    await send({ ...values, accountNumber: values.accountNumber.replace(/[\s-]/g, "") });
  }, "form.form.ask");
}
