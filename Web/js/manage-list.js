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
  /** `part`: path, heads, keyOf, row(item, again), and where there are any filters, before(again), news and its events. */
  constructor(name, part, query) {
    Object.assign(this, { name, part, query });
    this.again = () => this.following.now();
    this.view = make("div");
    this.fresh = freshness(this.view);
    this.table = new LiveTable(t(`manage.${name}`), part.heads.map((head) => t(`manage.${head}`)), {
      keyOf: part.keyOf, row: (item) => part.row(item, this.again),
    });
    this.older = [];
    this.foot = make("div");
    put(this.view, this.foot);
    this.node = make("div.part", {}, part.before?.(this.again), this.filters(), this.fresh.node, this.view);
    this.following = follow(lookTime, () => this.look(), (problem) => {
      this.fresh.tell(problem);
      if (!problem) this.listen();
    });
  }

  stop() {
    this.isStopped = true;
    this.following.stop();
    this.source?.close();
  }

  /** What happens is told at once; looking now and then is for whatever was not. A session may have ended meanwhile. */
  listen() {
    if (!this.part.news || (this.source && this.source.readyState !== EventSource.CLOSED)) return;
    this.source = new EventSource(`/api/v1${this.part.news.path}`);
    for (const event of [...this.part.news.events, "resync"]) this.source.addEventListener(event, this.again);
  }

  filters() {
    if (!this.part.filters) return null;
    const chosen = (filter) => this.query.get(filter.name) ?? "";
    const form = make("form.filters", { role: "search", onsubmit: (event) => event.preventDefault(), onchange: () => {
      const query = new URLSearchParams(Object.entries(values(form)).filter(([, value]) => value !== undefined));
      location.hash = query.size ? `${this.name}?${query}` : this.name;
    } }, this.part.filters.map(({ name, label, options, ...rest }) => field(label ?? t(`manage.${name}`), name, {
      id: `filter-${name}`, value: chosen({ name }), options: options && [["", t("manage.all")], ...options], ...rest,
    })), this.query.size > 0 && make("a.plain", { href: `#${this.name}` }, t("manage.showAll")));
    return form;
  }

  address(cursor) {
    const query = new URLSearchParams([...this.query].filter(([, value]) => value !== ""));
    query.set("limit", rowCount);
    if (cursor) query.set("cursor", cursor);
    return `${this.part.path}?${query}`;
  }

  /** The newest page is read again and again; older ones stay as they were read. */
  async look() {
    const page = await call("GET", this.address());
    if (this.isStopped) return;
    if (!this.older.length) this.cursor = page.nextCursor;
    // What newer ones have pushed off the page is still there.
    else if (page.items.length) {
      const last = this.part.keyOf(page.items.at(-1));
      this.older.unshift(...this.newest.items.filter((item) => this.part.keyOf(item) < last));
    }
    this.newest = page;
    this.show();
  }

  show() {
    const keys = new Set(this.newest.items.map(this.part.keyOf));
    const items = [...this.newest.items, ...this.older.filter((item) => !keys.has(this.part.keyOf(item)))];
    if (items.length && !this.table.node.isConnected) this.view.prepend(this.table.node);
    if (!items.length) this.table.node.remove();
    this.table.fill(items);
    const canGoOn = this.cursor && items.length < shownCountMax;
    if (this.canGoOn === canGoOn && items.length > 0 === this.hasItems) return;
    Object.assign(this, { canGoOn, hasItems: items.length > 0 });
    put(this.foot, !items.length && make("p.empty", {}, t(this.query.size ? "manage.noneSuch" : "manage.none")),
      canGoOn && worker(t("more"), () => this.more(), "button.plain"));
  }

  async more() {
    const page = await call("GET", this.address(this.cursor));
    this.older.push(...page.items);
    this.cursor = page.nextCursor;
    this.show();
  }
}
