// Where the payment company sends a buyer back to: the payment is confirmed here, and what became of it is told.
import { call, newKey, Problem } from "./api.js";
import { make, numberInPath, put } from "./dom.js";
import { money } from "./format.js";
import { t } from "./language.js";
import { start } from "./shell.js";

const lookTime = 2000;

start("payment.title", async (main) => {
  const id = numberInPath();
  const isFailure = location.pathname.endsWith("/fail");
  const query = new URLSearchParams(location.search);
  put(main, make("h1", {}, t("payment.title")), make("p.note", { role: "status" }, t("payment.confirming")));
  let payment = await call("GET", `/payment/${id}`);
  const [paymentKey, amount] = [query.get("paymentKey"), Number(query.get("amount"))];
  if (!isFailure && payment.status === "WAITING" && paymentKey && Number.isSafeInteger(amount)) {
    // The key is kept by the address: loading the page again confirms nothing twice.
    payment = await call("POST", `/payment/${id}/confirm`, { body: { paymentKey, amount }, key: newKey() })
      .catch((problem) => {
        if (!(problem instanceof Problem) || problem.status === 401) throw problem;
        return call("GET", `/payment/${id}`);
      });
  }
  return follow(main, payment, isFailure);
}, { forMembers: true });

/** Until it is known. Unknown is no failure: the seats are kept meanwhile. */
async function follow(main, payment, isFailure) {
  put(main, make("h1", {}, t("payment.title")), result(payment, isFailure));
  if (payment.status !== "WAITING" || isFailure) return;
  await new Promise((resolve) => { setTimeout(resolve, lookTime); });
  await follow(main, await call("GET", `/payment/${payment.paymentId}`).catch(() => payment), isFailure);
}

function result(payment, isFailure) {
  const seats = make("a.button", { href: `/checkout/${payment.reservationId}` }, t("payment.again"));
  if (["COMPLETED", "PART_CANCELED"].includes(payment.status)) {
    return make("section.done", { role: "status" }, make("p.turn", {}, t("payment.done")),
      make("p", {}, `${payment.orderName} · ${money(payment.amount)}`),
      make("a.button", { href: "/tickets/" }, t("nav.tickets")),
      payment.receiptUrl && make("a", { href: payment.receiptUrl, rel: "noreferrer" }, t("payment.receipt")));
  }
  if (payment.deposit) {
    return make("section.done", { role: "status" }, make("p.turn", {}, t("payment.deposit")),
      make("p", {}, t("payment.depositTo", payment.deposit)));
  }
  if (payment.status === "FAILED" && payment.isOrphan) {
    return make("section.trouble", { role: "alert" }, make("p", {}, t("payment.orphan")));
  }
  if (payment.status === "FAILED" || isFailure) {
    return make("section.trouble", { role: "alert" }, make("p", {}, t("payment.failed")), seats);
  }
  return make("section.done", { role: "status" }, make("p.turn", {}, t("payment.unknown")),
    make("p", {}, t("payment.unknownNext")));
}
