// How an administrators' list behaves while what it lists changes: what was done is seen on every page of it, what fell
// off a page is still there once, what is gone is gone, and too much news at once is asked for again. Gives what is wrong.
(async () => {
  const wrong = [];
  const expect = (found, wanted, what) => {
    const [a, b] = [JSON.stringify(found), JSON.stringify(wanted)];
    if (a !== b) wrong.push(`${what}: ${a}, not ${b}`);
  };
  const { ListView } = await import("/js/manage-list.js");
  const { learn } = await import("/js/language.js");
  const { manageTexts } = await import("/js/manage-texts.js");
  learn(manageTexts);

  // A server with a list whose keys are in no order, as numbers of members are.
  const keys = Array.from({ length: 130 }, (_, index) => `k${(index * 7919) % 1009}`);
  const world = { items: keys.map((key) => ({ key, state: "new" })), count: 0, cursors: [] };
  const real = window.fetch;
  window.fetch = async (address) => {
    const query = new URL(address, location.href).searchParams, after = query.get("cursor");
    world.count += 1;
    world.cursors.push(after);
    const from = after ? world.items.findIndex((item) => item.key === after) + 1 : 0;
    const items = world.items.slice(from, from + 50);
    const nextCursor = from + 50 < world.items.length ? items.at(-1).key : null;
    return new Response(JSON.stringify({ items, nextCursor }), { headers: { "content-type": "application/json" } });
  };
  const part = { path: "/admin/shows", heads: ["number", "status"], keyOf: (item) => item.key, row: (item) => [item.key, item.state], lookTime: 100_000 };
  const settle = async () => { for (let turn = 0; turn < 20; turn += 1) await new Promise((resolve) => setTimeout(resolve, 10)); };
  const view = new ListView("shows", part, new URLSearchParams());
  document.body.append(view.node);
  const shown = () => [...view.node.querySelectorAll("tbody tr")].map((line) => [...line.querySelectorAll(".cell")].map((cell) => cell.textContent));
  const names = () => shown().map(([key]) => key);
  const same = (what) => expect(names(), world.items.map((item) => item.key).slice(0, names().length), what);
  await settle();
  expect(names().length, 50, "the first page");
  await view.more();
  await view.more();
  expect(names().length, 130, "all pages");
  same("all pages, in their order");

  for (let turn = 0; turn < 3; turn += 1) await view.look();
  expect(names().length, 130, "looking again and again adds nothing");
  world.items.unshift({ key: "x1", state: "new" }, { key: "x2", state: "new" });
  await view.look();
  same("what is new comes first, what fell off the page is behind it");
  expect(new Set(names()).size, 132, "each once");

  world.items[120].state = "done";
  world.count = 0;
  view.wholeWanted += 1;
  await view.look();
  expect(world.count, 3, "after something was done every page is asked for");
  expect(shown()[120][1], "done", "what was done about a line of the third page is seen");
  world.count = 0;
  await view.look();
  expect(world.count, 1, "and then the first alone");

  world.items.splice(10, 1);
  await view.look();
  same("what is gone from the first page is gone");
  world.items.splice(70, 2);
  view.wholeWanted += 1;
  await view.look();
  same("what is gone from the second too");

  world.items.unshift(...Array.from({ length: 60 }, (_, index) => ({ key: `y${index}`, state: "new" })));
  await view.look();
  same("of too much that is new at once the newest are shown");
  expect(names().length, 50, "and no older ones behind a gap");
  await view.more();
  same("which are there when they are asked for");

  world.items = world.items.slice(0, 3);
  view.choose(new URLSearchParams("status=CLOSED"));
  await settle();
  expect(names().length, 3, "others of the list");
  expect(view.node.querySelector(".work button"), null, "of which there are no more");
  view.stop();
  view.node.remove();
  window.fetch = real;
  return wrong;
})()
