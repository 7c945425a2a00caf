// Rules of the pages that no visit walks through by itself: every row of what is told of money and of sales, ways that
// lead elsewhere, requests whose answer was lost, changes of seats that come while a map is read. Gives what is wrong.
(async () => {
  const wrong = [];
  const expect = (found, wanted, what) => {
    const [a, b] = [JSON.stringify(found), JSON.stringify(wanted)];
    if (a !== b) wrong.push(`${what}: ${a}, not ${b}`);
  };

  const { outcomeOf, isOpen, wordOf } = await import("/js/payment-outcome.js");
  const outcomes = [
    ["COMPLETED SETTLED", "paid"], ["COMPLETED SETTLED orphan", "orphan"], ["PART_CANCELED SETTLED", "partCanceled"],
    ["PART_CANCELED SETTLED orphan", "orphan"], ["CANCELED SETTLED", "canceled"], ["CANCELED SETTLED orphan", "orphan"],
    ["FAILED SETTLED", "failed"], ["FAILED SETTLED orphan", "orphan"], ["FAILED SETTLED hold-expired", "lost"],
    ["FAILED SETTLED orphan hold-expired", "orphan"], ["FAILED SETTLED DECLINED", "failed"],
    ["WAITING CREATED", "authorized"], ["WAITING IN_FLIGHT", "unknown"], ["WAITING UNKNOWN", "unknown"],
    ["WAITING AWAITING_DEPOSIT", "deposit"],
  ];
  for (const [words, wanted] of outcomes) {
    const [status, phase, ...rest] = words.split(" ");
    const payment = {
      status, phase, isOrphan: rest.includes("orphan"), failureCode: rest.find((word) => word !== "orphan") ?? null,
    };
    expect(outcomeOf(payment, true), wanted, words);
    // Without the buyer's word nobody asks for the money: elsewhere than where the company sends him, he may pay again.
    expect(outcomeOf(payment, false), words === "WAITING CREATED" ? "notPaid" : wanted, `${words}, without his word`);
    expect(isOpen(outcomeOf(payment, true)), status === "WAITING", `${words} is open`);
  }

  for (const [query, wanted] of [["paymentKey=a&orderId=b&amount=9000", { paymentKey: "a", amount: 9000 }],
    ["paymentKey=a&amount=x", null], ["orderId=b&amount=9000", null], ["", null],
    ["payment_intent=pi_1&redirect_status=succeeded", { paymentKey: "pi_1", amount: null }],
    ["payment_intent=pi_1&redirect_status=failed", null]]) {
    expect(wordOf(new URLSearchParams(query)), wanted, `the word of ${query}`);
  }

  const { saleState, canQueue } = await import("/js/sale.js");
  const hour = 3_600_000, now = Date.parse("2026-05-01T12:00:00Z");
  const at = (hours) => new Date(now + hours * hour).toISOString();
  const concert = {
    status: "PUBLISHED", saleOpensAt: at(-1), saleClosesAt: at(10), runtimeMinutes: 120, lastStartsAt: at(20),
    queue: { enabled: true },
  };
  const schedule = { status: "SCHEDULED", endsAt: at(22), remaining: 3 };
  const sales = [
    [{}, null, "open"], [{ saleClosesAt: at(-0.5) }, null, "closed"], [{ saleOpensAt: at(1) }, null, "before"],
    [{ status: "CANCELED" }, null, "canceled"], [{ status: "CLOSED" }, null, "closed"], [{ status: "DRAFT" }, null, "closed"],
    [{ lastStartsAt: at(-3), saleClosesAt: at(-4) }, null, "over"], [{}, {}, "open"], [{}, { remaining: 0 }, "soldOut"],
    [{}, { status: "CANCELED" }, "canceled"], [{}, { status: "CLOSED" }, "closed"], [{}, { status: "ENDED" }, "over"],
    [{}, { endsAt: at(-1) }, "over"], [{ saleOpensAt: at(1) }, { remaining: 0 }, "before"],
    [{ saleClosesAt: at(-0.5) }, {}, "closed"], [{ status: "CANCELED" }, { endsAt: at(-1) }, "canceled"],
  ];
  for (const [ofConcert, ofSchedule, wanted] of sales) {
    const asked = [{ ...concert, ...ofConcert }, ofSchedule && { ...schedule, ...ofSchedule }, now];
    const what = `sale of ${JSON.stringify([ofConcert, ofSchedule])}`;
    expect(saleState(...asked), wanted, what);
    if (ofSchedule) expect(canQueue(...asked), ["before", "open"].includes(wanted), `queue, ${what}`);
  }

  const { ownWay } = await import("/js/ways.js");
  const ways = [
    ["/seats/7?a=b#c", "/seats/7?a=b#c"], ["/\t/evil.example", "/"], ["//evil.example", "/"], ["/\\evil.example", "/"],
    ["/\n/evil.example/x", "/"], ["https://evil.example/", "/"], ["javascript:alert(1)", "/"], ["data:text/html,x", "/"],
    [null, "/"], ["", "/"], ["/..//evil.example", "/"], ["/.//evil.example", "/"], [`${location.origin}/show/1`, "/show/1"],
    ["http://[", "/"],
  ];
  for (const [way, wanted] of ways) expect(ownWay(way), wanted, `the way ${JSON.stringify(way)}`);

  await words(expect);
  await requests(expect);
  await buttons(expect);
  await seats(expect);
  await halls(expect);
  return wrong;

  /** Where seats are drawn: a grid that comes apart, and blocks that make one. */
  async function halls(check) {
    const { HallLayout } = await import("/js/hall-layout.js");
    const { blocksOf, layoutOf, numbersIn } = await import("/js/hall-blocks.js");
    const plain = new HallLayout({ rows: 4, cols: 6 });
    check([plain.width, plain.height, plain.x(1, 1), plain.y(1), plain.x(4, 6), plain.y(4)], [8, 7, 1, 2, 6, 5], "a plain hall");
    const apart = new HallLayout({ rows: 4, cols: 6, aisles: [2, 4], rowAisles: [3] });
    check([apart.width, apart.height, apart.x(1, 2), apart.x(1, 3), apart.x(1, 5), apart.y(3), apart.y(4)],
      [10, 8, 2, 4, 7, 4, 6], "a hall with aisles");
    check([apart.at(4, 2), apart.at(3, 2), apart.at(4, 5), apart.at(99, 2), apart.at(-1, 2)], [[1, 3], [1, 0], [0, 0], [1, 0], [1, 0]], "what is where");
    const blocks = [{ name: "L", tier: 1, side: "left", rows: 10, cols: 8 }, { name: "M", tier: 1, side: "middle", rows: 12, cols: 20 },
      { name: "R", tier: 1, side: "right", rows: 9, cols: 6 }, { name: "B", tier: 3, side: "whole", rows: 5, cols: 30 }];
    const hall = layoutOf(blocks);
    check(hall, { rows: 17, cols: 34, sections: [{ name: "L", rows: [1, 10], cols: [1, 8] }, { name: "M", rows: [1, 12], cols: [9, 28] },
      { name: "R", rows: [1, 9], cols: [29, 34] }, { name: "B", rows: [13, 17], cols: [3, 32] }] }, "a hall of blocks");
    check(blocksOf(hall), blocks.map((block) => ({ ...block, tier: block.tier === 3 ? 2 : 1 })), "its blocks");
    check(blocksOf({ rows: 9, cols: 9, sections: [{ name: "X", rows: [2, 5], cols: [3, 4] }] }), null, "a hall of no blocks");
    check(blocksOf({ rows: 5, cols: 9, sections: [{ name: "X", rows: [1, 5] }] }), [{ name: "X", tier: 1, side: "whole", rows: 5, cols: 9 }], "one block");
    const drawn = new HallLayout(hall);
    check([drawn.y(1), drawn.y(10), drawn.y(11), drawn.y(12), drawn.y(13)], [3, 12, 13, 14, 16], "a section that goes on is not cut");
    check([drawn.x(11, 9), drawn.x(1, 9), drawn.x(1, 8), drawn.x(1, 29)], [10, 10, 8, 31], "nor moved");
    check([drawn.sectionOf(9, 30), drawn.sectionOf(10, 30), drawn.sectionOf(13, 3), drawn.sectionOf(13, 2)], ["R", null, "B", null], "sections");
    check(drawn.box(hall.sections[0]), [1, 3, 9, 13], "the box of one");
    check([apart.left(2), drawn.left(10), drawn.left(11), drawn.left(13)], [1, 1, 10, 4], "where rows begin");
    for (const row of [1, 10, 12, 13, 17]) {
      for (const col of [1, 8, 9, 28, 34]) check(drawn.at(drawn.x(row, col), drawn.y(row)), [row, col], `there and back, ${row} ${col}`);
    }
    check([numbersIn("5, 10,5 x"), numbersIn("")], [[5, 10], []], "numbers in a text");
  }

  /** Numbers and times in words, in the reader's language. */
  async function words(check) {
    const { clock } = await import("/js/format.js");
    const { ruleText } = await import("/js/rules.js");
    const { webAddress } = await import("/js/dom.js");
    const isEnglish = document.documentElement.lang !== "ko";
    const either = (english, korean) => (isEnglish ? english : korean);
    for (const [seconds, wanted] of [[0, "0:00"], [61, "1:01"], [3_600, "1:00:00"], [86_399, "23:59:59"],
      [86_400, either("1 day 0:00:00", "1일 0:00:00")], [30 * 86_400 + 61, either("30 days 0:01:01", "30일 0:01:01")]]) {
      check(clock(seconds), wanted, `the clock of ${seconds}`);
    }
    const rules = [[10, 0, "Up to 10 days before the show: no fee", "공연 10일 전까지: 수수료 없음"],
      [1, 3000, "Up to 1 day before the show: 30% fee", "공연 1일 전까지: 수수료 30%"],
      [0, 9000, "On the day of the show, before it starts: 90% fee", "공연 당일, 시작 전까지: 수수료 90%"],
      [-1, 1250, "Up to 1 day after the show starts: 12.5% fee", "시작한 뒤 1일까지: 수수료 12.5%"],
      [-14, 0, "Up to 14 days after the show starts: no fee", "시작한 뒤 14일까지: 수수료 없음"]];
    for (const [daysBefore, feeBasisPoints, english, korean] of rules) {
      check(ruleText({ daysBefore, feeBasisPoints }), either(english, korean), `the rule of ${daysBefore}`);
    }
    const { amountOf, unitName, unitsOf } = await import("/js/format.js");
    for (const [currency, amount, count, english, korean] of [["KRW", 10_000, 10_000, "won", "원"],
      ["USD", 1_230, 12.3, "US Dollar", "미국 달러"], ["KWD", 1_005, 1.005, "Kuwaiti Dinar", "쿠웨이트 디나르"]]) {
      check([unitsOf({ amount, currency }), amountOf(count, currency)], [count, amount], `amounts of ${currency}`);
      check(unitName(currency), either(english, korean), `what ${currency} is called`);
    }
    const { moment } = await import("/js/staff.js");
    const year = new Date().getFullYear(), hasYear = (one) => moment(`${one}-07-01T12:00:00Z`).textContent.includes(one);
    check([hasYear(year), hasYear(year - 1), hasYear(year + 1)], [false, true, true], "the year of a time in a table");
    const { zoneName, zones } = await import("/js/zone.js");
    // Browsers are not of one mind about the rest of it.
    check(new RegExp(either("^Korean .*Time$", "^(대한민국|한국) ")).test(zoneName("Asia/Seoul")), true, "the zone of Seoul");
    check([zoneName("UTC"), zoneName("Nowhere/At_All")], ["UTC", "Nowhere/At_All"], "zones without a name");
    check(zones("Asia/Seoul")[0], ["Asia/Seoul", `${zoneName("Asia/Seoul")} · Asia/Seoul`], "the first zone");
    const { codecName } = await import("/js/codec-names.js");
    for (const [codec, wanted] of [["avc1.640028", "H.264 High"], ["avc3.42c01e", "H.264 Baseline"],
      ["avc1.ff0000", "H.264"], ["hvc1.2.4.L123.B0", "HEVC Main 10"], ["av01.0.08M.08", "AV1 Main"],
      ["vp09.00.40.08", "VP9"], ["mp4a.40.2", "AAC"], ["mp4a.6B", "MP3"], ["opus", "Opus"], ["fLaC", "FLAC"],
      ["ec-3", "E-AC-3"], ["mp4a.40.99", "mp4a.40.99"], ["x", "x"]]) {
      check(codecName(codec), wanted, `the codec ${codec}`);
    }
    for (const [address, wanted] of [["https://a.example/b", "https://a.example/b"], ["/simulator/pay", "/simulator/pay"],
      ["javascript:alert(1)", null], ["data:text/html,x", null], ["http://[", null], [null, null], ["", null]]) {
      check(webAddress(address), wanted, `the address ${address}`);
    }
  }

  /** Buttons that are busy do nothing twice, and keep the focus; what is wrong is told at the field it is about. */
  async function buttons(check) {
    const { worker } = await import("/js/shell.js");
    const { field, form } = await import("/js/forms.js");
    const { Problem } = await import("/js/api.js");
    const later = (time = 0) => new Promise((resolve) => { setTimeout(resolve, time); });
    let count = 0, end = null;
    const node = document.body.appendChild(worker("work", () => {
      count += 1;
      return new Promise((resolve) => { end = resolve; });
    }));
    const button = node.querySelector("button");
    button.focus();
    button.click();
    button.click();
    check([count, document.activeElement === button, button.getAttribute("aria-disabled")], [1, true, "true"], "a busy button");
    end();
    await later();
    button.click();
    check([count, button.matches(":disabled")], [2, false], "a button that is free again");
    node.remove();

    const asked = document.body.appendChild(form(null, [field("iban-7", "account.number", { name: "accountNumber", value: "1" })],
      "account.save", async () => {
        throw new Problem(422, { code: "invalid-request", errors: [{ pointer: "/account/accountNumber", code: "malformed" }] });
      }));
    asked.requestSubmit();
    await later();
    check([asked.querySelector(".wrong").textContent !== "", document.activeElement.id], [true, "iban-7"], "a nested field");
    asked.remove();
  }

  /** What is sent when answers are lost, and when a session is over. */
  async function requests(check) {
    const { call, Once } = await import("/js/api.js");
    const real = window.fetch;
    const answers = [], sent = [];
    const fake = async (path, options) => {
      sent.push({ path, key: options.headers["idempotency-key"] });
      const [status, code] = answers.shift();
      if (status === 0) throw new TypeError("lost");
      if (status === "broken") return new Response("{\"cod", { status: 200, headers: { "content-type": "application/json" } });
      return new Response(JSON.stringify({ code }), { status, headers: { "content-type": "application/json" } });
    };
    window.fetch = fake;
    const ask = (once, body) => once.call("POST", "/reservation", { body }).catch((problem) => problem.code);
    try {
      const once = new Once();
      for (const answer of [[0], [503, "overloaded"], [429, "rate-limited"], [409, "idempotency-in-progress"], ["broken"],
        [409, "seat-taken"], [201, "x"], [201, "x"]]) {
        answers.push(answer);
        await ask(once, { seat: 1 });
      }
      const keys = sent.map((request) => request.key);
      check(new Set(keys.slice(0, 6)).size, 1, "keys while nobody knows what became of it");
      check(new Set(keys.slice(5)).size, 3, "keys once it is known");
      answers.push([503, "overloaded"], [503, "overloaded"]);
      await ask(once, { seat: 1 });
      await ask(once, { seat: 2 });
      check(sent.at(-1).key === sent.at(-2).key, false, "another choice has another key");

      const found = async (...list) => {
        answers.length = sent.length = 0;
        answers.push(...list);
        const code = await call("GET", "/ticket").then(() => "good", (problem) => problem.code);
        return [code, sent.map((request) => request.path.replace("/api/v1", "")).join(" ")];
      };
      check(await found([401, "token-expired"], [200, "x"], [200, "x"]), ["good", "/ticket /auth/refresh /ticket"], "a new token");
      check(await found([401, "token-expired"], [401, "token-revoked"]), ["token-expired", "/ticket /auth/refresh"], "a session that is over");
      check(await found([401, "token-expired"], [503, "overloaded"]), ["overloaded", "/ticket /auth/refresh"], "a session of which nobody knows");
      check(await found([401, "token-expired"], [0]), ["no-connection", "/ticket /auth/refresh"], "a refresh without a network");
      // Where two signals cannot be made one by the browser.
      const { any } = AbortSignal;
      AbortSignal.any = undefined;
      try {
        const going = new AbortController();
        let signal = null;
        window.fetch = (path, options) => new Promise((resolve, reject) => {
          ({ signal } = options);
          signal.addEventListener("abort", () => reject(signal.reason));
        });
        const asking = call("GET", "/concert", { signal: going.signal }).catch((problem) => problem.name);
        check(signal.aborted, false, "a question goes on");
        going.abort();
        check([signal.aborted, await asking], [true, "AbortError"], "a question that is given up");
      } finally {
        AbortSignal.any = any;
      }
      window.fetch = fake;
      check(await found([401, "bad-credentials"]), ["bad-credentials", "/ticket"], "a wrong password");
    } finally {
      window.fetch = real;
    }
  }

  /** Changes that come while the map is read are told after it, and those that it knows are not told again. */
  async function seats(check) {
    const { SeatNews, compactMap } = await import("/js/seat-news.js");
    const bytes = new Uint8Array([..."PSM1"].map((letter) => letter.charCodeAt(0)).concat(
      [0, 0, 0, 0, 0, 0, 0, 7], [0, 0, 0, 0, 0, 0, 1, 2], [0, 0, 0, 5], [0b11_10_01_00, 0b01]));
    const compact = compactMap(bytes.buffer);
    check([compact.version, ...[0, 1, 2, 3, 4, 5].map(compact.statusOf)], [258, 0, 1, 2, 3, 1, 3], "the compact map");

    const real = window.EventSource;
    const sources = [];
    class FakeSource extends EventTarget {
      constructor(address) {
        super();
        Object.assign(this, { address, readyState: 1 });
        sources.push(this);
      }

      close() { this.readyState = 2; }

      tell(name, data, lastEventId) { this.dispatchEvent(new MessageEvent(name, { data: JSON.stringify(data), lastEventId })); }
    }
    FakeSource.CLOSED = 2;
    window.EventSource = FakeSource;
    const heard = [];
    let give = null;
    try {
      const news = new SeatNews(7, 10, {
        readMap: () => new Promise((resolve) => { give = resolve; }),
        onChange: (number, status) => heard.push(`${number} ${status}`),
        onMap: (map) => heard.push(`map ${map.version}`),
        onLive: (isLive) => heard.push(isLive ? "live" : "away"),
      });
      const [source] = sources;
      check(source.address.endsWith("?since=10"), true, "it begins with the map's version");
      source.tell("message", { version: 11, changes: [[1, "HELD"]] }, "11-a");
      source.tell("reload", { version: 12 }, "12-a");
      source.tell("message", { version: 13, changes: [[2, "HELD"]] }, "13-a");
      source.tell("message", { version: 15, changes: [[3, "SOLD"]] }, "15-a");
      check(heard, ["1 HELD"], "changes wait for the map");
      give({ version: 14, seats: [] });
      await new Promise((resolve) => { setTimeout(resolve, 0); });
      check(heard, ["1 HELD", "map 14", "3 SOLD"], "changes after the map");
      source.readyState = 2;
      source.dispatchEvent(new Event("error"));
      check(heard.at(-1), "away", "that nothing comes is told");
      await new Promise((resolve) => { setTimeout(resolve, 3000); });
      check(sources.length, 2, "a stream that was refused is asked for again");
      check(sources.at(-1).address.endsWith("?since=15-a"), true, "from where it was");
      news.news.close();
    } finally {
      window.EventSource = real;
    }
  }
})()
