// A list that administrators look at: chosen by filters, page by page, kept up to date as things happen.
import { call } from "./api.js";
import { make, put } from "./dom.js";
import { t } from "./language.js";
import { worker } from "./shell.js";
import { follow, freshness } from "./staff.js";
import { field, values } from "./staff-form.js";
import { LiveTable } from "./staff-table.js";

const lookTime = 5000;
const rowCount = 50;
/** More lines than this are not kept in sight: filters find what is further back. */
const shownCountMax = 500;

export class ListView {
  /** `part`: path, heads, keyOf, row(item, again), and where there are any filters, before(again), news and its events,
   * lookTime; `isWhole` where older ones change as others do. One that `isStill` is read when it is opened and when somebody asks for it, each look being written down. */
  constructor(name, part, query) {
    Object.assign(this, { name, part, query, turn: 0, older: [], wholeWanted: 0, wholeSeen: 0 });
    // What was done may be about a line of any page.
    this.again = () => {
      this.wholeWanted += 1;
      this.following.now();
    };
    this.view = make("div.part");
    this.fresh = freshness(this.view);
    this.table = new LiveTable(t("manage.listOf", { name: t(`manage.${name}`) }), part.heads.map((head) => t(`manage.${head}`)), {
      keyOf: part.keyOf, row: (item) => part.row(item, this.again),
    });
    this.foot = make("div");
    put(this.view, this.foot);
    this.node = make("div.part", {}, part.before?.(this.again), this.filters(), part.isStill
      && make("button.plain", { type: "button", onclick: () => this.lookOnce() }, t("manage.lookAgain")), this.fresh.node, this.view);
    this.following = part.isStill ? { now: () => this.lookOnce(), stop: () => {} } : follow(part.lookTime ?? lookTime, () => this.look(), (problem) => {
      this.fresh.tell(problem);
      if (!problem) this.listen();
    });
    if (part.isStill) this.lookOnce();
  }

  stop() {
    this.isStopped = true;
    this.following.stop();
    this.source?.close();
  }

  async lookOnce() {
    this.wholeWanted += 1;
    const problem = await this.look().then(() => null, (error) => error);
    if (problem) console.warn(problem);
    if (!this.isStopped) this.fresh.tell(problem);
  }

  /** What happens is told at once; looking now and then is for whatever was not. A session may have ended meanwhile. */
  listen() {
    if (!this.part.news || (this.source && this.source.readyState !== EventSource.CLOSED)) return;
    this.source = new EventSource(`/api/v1${this.part.news.path}`);
    for (const event of [...this.part.news.events, "resync"]) this.source.addEventListener(event, () => this.following.now());
  }

  // What is asked for

  filters() {
    if (!this.part.filters) return null;
    this.form = make("form.filters", { role: "search", onsubmit: (event) => {
      event.preventDefault();
      this.asked();
    }, onchange: () => this.asked() }, this.part.filters.map(({ name, label, options, ...rest }) => field(label ?? t(`manage.${name}`), name, {
      id: `filter-${name}`, value: this.query.get(name) ?? "", options: options && [["", t("manage.all")], ...options], ...rest,
    })));
    this.all = make("a.plain", { href: `#${this.name}`, hidden: !this.query.size }, t("manage.showAll"));
    this.form.append(this.all);
    return this.form;
  }

  asked() {
    const query = new URLSearchParams(Object.entries(values(this.form)).filter(([, value]) => value !== undefined));
    location.hash = query.size ? `${this.name}?${query}` : this.name;
  }

  /** Others of the same list. Its filters stay where they are, for who is at one of them. */
  choose(query) {
    Object.assign(this, { query, older: [], newest: null, cursor: null });
    this.turn += 1;
    for (const input of this.form?.elements ?? []) {
      const value = query.get(input.name) ?? "";
      if (input.name && input.value !== value) input.value = value;
    }
    if (this.all) {
      if (document.activeElement === this.all && !query.size) this.form.elements[0]?.focus();
      this.all.hidden = !query.size;
    }
    this.following.now();
  }

  address(cursor) {
    const query = new URLSearchParams([...this.query].filter(([, value]) => value !== ""));
    query.set("limit", rowCount);
    if (cursor) query.set("cursor", cursor);
    return `${this.part.path}?${query}`;
  }

  // What is seen

  /** The newest page is read again and again. Older ones stay as they were read, but for whoever has done something: he
   * sees what came of it. */
  async look() {
    const { turn, wholeWanted } = this;
    const newest = await call("GET", this.address());
    const isWhole = this.older.length > 0 && (this.part.isWhole || wholeWanted > this.wholeSeen);
    const older = isWhole ? await this.readOlder(newest.nextCursor, this.older.length) : null;
    if (this.isStopped || turn !== this.turn) return;
    this.wholeSeen = wholeWanted;
    if (older) Object.assign(this, older);
    else this.pushOff(newest);
    this.newest = newest;
    this.show();
  }

  /** As many as are shown, as they are now. */
  async readOlder(cursor, countMin) {
    const older = [];
    while (cursor && older.length < countMin) {
      const page = await call("GET", this.address(cursor));
      older.push(...page.items);
      cursor = page.nextCursor;
    }
    return { older, cursor };
  }

  /** What newer ones have pushed off the page is still there, behind them; what is nowhere any more is gone. */
  pushOff(newest) {
    const { keyOf } = this.part;
    if (!this.older.length || !newest.nextCursor) return Object.assign(this, { older: [], cursor: newest.nextCursor });
    const before = [...this.newest.items, ...this.older];
    const last = keyOf(newest.items.at(-1)), place = before.findIndex((item) => keyOf(item) === last);
    // So much is new that nobody knows what is between: older ones are asked for again.
    if (place < 0) return Object.assign(this, { older: [], cursor: newest.nextCursor });
    this.older = before.slice(place + 1);
    return this;
  }

  show() {
    const items = new Map([...this.newest.items, ...this.older].map((item) => [this.part.keyOf(item), item]));
    for (const item of this.newest.items) items.set(this.part.keyOf(item), item);
    if (items.size && !this.table.node.isConnected) this.view.prepend(this.table.node);
    if (!items.size) this.table.node.remove();
    this.table.fill([...items.values()]);
    const sign = JSON.stringify([Boolean(this.cursor && items.size < shownCountMax), items.size > 0, this.query.size > 0]);
    if (sign === this.sign) return;
    this.sign = sign;
    const [canGoOn] = JSON.parse(sign);
    put(this.foot, !items.size && make("p.empty", {}, t(this.query.size ? "manage.noneSuch" : "manage.none")),
      canGoOn && worker(t("more"), () => this.more(), "button.plain"));
  }

  async more() {
    const { turn, cursor } = this, wasHere = this.foot.contains(document.activeElement);
    const page = await call("GET", this.address(cursor));
    // They were read anew meanwhile, or others are asked for.
    if (turn !== this.turn || cursor !== this.cursor) return;
    this.older.push(...page.items);
    this.cursor = page.nextCursor;
    this.show();
    // There is nothing more to show: what was shown is where one goes on.
    if (wasHere && !this.foot.querySelector("button")) this.table.table.focus({ preventScroll: true });
  }
}
