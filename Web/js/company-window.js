// Payment companies whose own script asks for the money, in our page: Toss in a window of its own, Stripe in a form. The
// script comes from the company, as both demand, and from nowhere else.
import { Problem } from "./api.js";
import { make, put } from "./dom.js";
import { language, t } from "./language.js";
import { worker } from "./shell.js";

const loadTimeMax = 15_000;
const scripts = {
  toss: { address: "https://js.tosspayments.com/v2/standard", name: "TossPayments" },
  stripe: { address: "https://js.stripe.com/v3/", name: "Stripe" },
};
const loading = new Map();

/** Whether it is paid here, by a script, and not on a page of the company. */
export const isPaidHere = ({ gateway, checkout }) => Boolean(checkout?.clientKey && Object.hasOwn(scripts, gateway));

/** Asks for the money of a payment as it was begun. Where it is paid the company leads the buyer on; `place` is for what
 * there is to say and to fill in until then. */
export async function payHere(payment, method, place) {
  put(place, make("p.quiet", { role: "status" }, t("checkout.opening")));
  const company = await load(scripts[payment.gateway]);
  const base = `${location.origin}/payment/${payment.paymentId}`;
  if (payment.gateway === "stripe") return askByForm(company, payment, `${base}/success`, place);
  return askByWindow(company, payment, method, base, place);
}

/** Once for all; whatever failed is tried anew. */
function load(script) {
  if (!loading.has(script)) {
    const loaded = new Promise((resolve, reject) => {
      const node = make("script", { src: script.address, onload: () => resolve(window[script.name]), onerror: reject });
      setTimeout(reject, loadTimeMax);
      document.head.append(node);
    }).then((company) => company ?? Promise.reject(new Error("another script")));
    loading.set(script, loaded.catch((error) => {
      console.warn(error);
      loading.delete(script);
      throw new Problem(0, { code: "company-script" });
    }));
  }
  return loading.get(script);
}

/** Over this page or in its place, as the company likes. It leads on to one of the addresses, unless it is closed. */
async function askByWindow(TossPayments, payment, method, base, place) {
  const isTransfer = method === "VIRTUAL_ACCOUNT";
  try {
    const toss = await TossPayments(payment.checkout.clientKey);
    put(place, make("p.quiet", { role: "status" }, t("checkout.inWindow")));
    await toss.payment({ customerKey: TossPayments.ANONYMOUS }).requestPayment({
      method: isTransfer ? "VIRTUAL_ACCOUNT" : "CARD", amount: majorOf(payment.amount), orderId: payment.orderId,
      orderName: payment.orderName, successUrl: `${base}/success`, failUrl: `${base}/fail`,
      ...isTransfer && { virtualAccount: { validHours: payment.checkout.depositHours, useEscrow: false } },
    });
  } catch (error) {
    if (error?.code === "USER_CANCEL") return put(place, make("p", { role: "status" }, t("checkout.windowClosed")));
    throw refusal(error);
  }
  return undefined;
}

/** The form is the company's, in a frame of it: no number of a card is ever ours. */
async function askByForm(Stripe, payment, successAddress, place) {
  const isDark = matchMedia("(prefers-color-scheme: dark)").matches;
  const fields = make("div"), pay = worker(t("checkout.payNow"), async (said) => {
    const { error } = await stripe.confirmPayment({ elements, confirmParams: { return_url: successAddress } });
    // What is wrong with a card the company says in the buyer's language; it leads on where nothing is.
    if (["card_error", "validation_error"].includes(error?.type)) put(said, make("p", { role: "alert" }, error.message));
    else if (error) throw refusal(error);
  });
  const form = make("section.card", { "aria-label": t("checkout.CARD") }, fields, pay);
  let stripe, elements;
  try {
    stripe = Stripe(payment.checkout.clientKey, { locale: language });
    elements = stripe.elements({ clientSecret: payment.checkout.clientSecret, appearance: { theme: isDark ? "night" : "stripe" } });
    const element = elements.create("payment");
    const isReady = new Promise((resolve, reject) => {
      element.on("ready", resolve);
      element.on("loaderror", ({ error }) => reject(error));
      setTimeout(reject, loadTimeMax);
    });
    put(place, form);
    element.mount(fields);
    await isReady;
    element.focus();
  } catch (error) {
    throw refusal(error);
  }
}

/** In the unit that people know, as a number. */
function majorOf({ amount, currency }) {
  const { maximumFractionDigits } = new Intl.NumberFormat("en", { style: "currency", currency }).resolvedOptions();
  return { currency, value: amount / 10 ** maximumFractionDigits };
}

function refusal(error) {
  console.warn(error);
  return new Problem(0, { code: "company-window" });
}
