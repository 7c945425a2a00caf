// Korean banks by the codes that payment companies use.
import { make } from "./dom.js";
import { language } from "./language.js";

const banks = {
  "06": ["국민은행", "KB Kookmin Bank"], "88": ["신한은행", "Shinhan Bank"], "20": ["우리은행", "Woori Bank"], "81": ["하나은행", "Hana Bank"],
  "11": ["농협은행", "NH Nonghyup Bank"], "12": ["지역농축협", "Local Nonghyup"], "03": ["기업은행", "Industrial Bank of Korea"], "90": ["카카오뱅크", "KakaoBank"],
  "92": ["토스뱅크", "Toss Bank"], "89": ["케이뱅크", "K Bank"], "45": ["새마을금고", "MG Saemaul"], "71": ["우체국", "Korea Post"],
  "48": ["신협", "Shinhyup"], "31": ["아이엠뱅크", "iM Bank"], "32": ["부산은행", "Busan Bank"], "39": ["경남은행", "Kyongnam Bank"],
  "34": ["광주은행", "Kwangju Bank"], "37": ["전북은행", "Jeonbuk Bank"], "35": ["제주은행", "Jeju Bank"], "07": ["수협은행", "Suhyup Bank"],
  "02": ["산업은행", "Korea Development Bank"], "23": ["SC제일은행", "SC First Bank"], "27": ["씨티은행", "Citibank"], "54": ["HSBC", "HSBC"],
  "50": ["저축은행", "Savings banks"], "64": ["산림조합", "Forestry"],
};

/** Its name; the code itself of one that is not known here. */
export const bankName = (code) => banks[code]?.[language === "ko" ? 0 : 1] ?? code;

export function bankSelect(attributes) {
  return make("select", attributes, Object.keys(banks).sort((a, b) => bankName(a).localeCompare(bankName(b), language))
    .map((code) => make("option", { value: code }, bankName(code))));
}
