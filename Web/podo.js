// Turns the language switch to what the reader chose before, or else to what the browser asks for. The page is
// whole without this.
const choices = [...document.querySelectorAll('input[name="language"]')];
const storageKey = "podo-language";

function remembered() {
  try {
    return localStorage.getItem(storageKey);
  } catch {
    return null; // Storage is forbidden here: the browser's language decides each time.
  }
}

function remember(language) {
  try {
    localStorage.setItem(storageKey, language);
  } catch {
    // As above.
  }
}

function show(language) {
  for (const choice of choices) choice.checked = choice.value === language;
  document.documentElement.lang = language;
}

show(remembered() ?? (navigator.language.toLowerCase().startsWith("ko") ? "ko" : "en"));
for (const choice of choices) {
  choice.addEventListener("change", () => {
    remember(choice.value);
    show(choice.value);
  });
}

const names = { "http/1.1": "HTTP/1.1", h2: "HTTP/2" };
const protocol = names[performance.getEntriesByType("navigation")[0]?.nextHopProtocol];
if (protocol) {
  for (const place of document.querySelectorAll(".protocol")) place.textContent = ` (${protocol})`;
}
