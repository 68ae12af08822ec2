// A client of the Hyperspeed API: it refreshes by itself, once, however many requests and tabs ask.
// Copy this file, and change it. Node 22.18 and later run it as it is; browsers and older Nodes (from
// 18 on) need a build step that takes the types away, such as tsc or esbuild.
//
//     const hyperspeed = new Hyperspeed("https://work.example.org/api/v1");
//     await hyperspeed.logIn("olivia@acme.example", "…");
//     const { organizations } = await (await hyperspeed.fetch("/organizations")).json();

export type Pair = { access_token: string; refresh_token: string };
export type Store = { load(): Pair | null; save(pair: Pair | null): void };

/** The session has ended: show the log-in. */
export class LoggedOut extends Error {}

/** Shared by all tabs of a browser; elsewhere, or for a tab of its own, pass another. */
export const localStore: Store = {
  load: () => JSON.parse(localStorage.getItem("hyperspeed") ?? "null"),
  save: (pair) => localStorage.setItem("hyperspeed", JSON.stringify(pair)),
};

const pause = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));

export class Hyperspeed {
  api: string;
  store: Store;
  refreshing: Promise<Pair> | null = null;

  constructor(api: string, store: Store = localStore) {
    this.api = api;
    this.store = store;
  }

  async logIn(email: string, password: string): Promise<void> {
    const answer = await this.post("/auth/login", { email, password });
    if (!answer.ok) throw new Error((await answer.json()).error);
    this.store.save(await answer.json());
  }

  async logOut(): Promise<void> {
    const pair = this.store.load();
    this.store.save(null);
    if (pair) await this.post("/auth/logout", { refresh_token: pair.refresh_token });
  }

  /** fetch with the access token; at a 401 it refreshes and asks again. Throws LoggedOut. */
  async fetch(path: string, init: RequestInit = {}): Promise<Response> {
    const used = this.stored();
    const answer = await this.send(path, init, used);
    return answer.status === 401 ? this.send(path, init, await this.renew(used)) : answer;
  }

  /** One refresh at a time: whoever comes meanwhile waits for the same one, other tabs too. */
  private renew(used: Pair): Promise<Pair> {
    const locks = globalThis.navigator?.locks; // where pages come by https, and in Node ≥ 24
    const trade = () => this.trade(used).finally(() => (this.refreshing = null));
    return (this.refreshing ??= locks ? locks.request("hyperspeed", trade) : trade());
  }

  private async trade(used: Pair): Promise<Pair> {
    const isStored = () => this.store.load()?.access_token === used.access_token;
    if (!isStored()) return this.stored(); // somebody was faster
    const answer = await this.post("/auth/refresh", { refresh_token: used.refresh_token });
    const body = await answer.json();
    if (!answer.ok && answer.status !== 401) throw new Error(body.error); // 429, 503: later
    // Another tab has the new pair, and stores it in a moment.
    for (let n = 0; body.code === "token_superseded" && isStored() && n < 50; n++) await pause(100);
    // Unless somebody has logged in or out meanwhile, in this tab or another.
    if (isStored()) this.store.save(answer.ok ? body : null);
    return answer.ok ? body : this.stored();
  }

  private stored(): Pair {
    const pair = this.store.load();
    if (!pair) throw new LoggedOut("not logged in");
    return pair;
  }

  private post(path: string, body: object): Promise<Response> {
    const headers = { "Content-Type": "application/json" };
    return fetch(this.api + path, { method: "POST", headers, body: JSON.stringify(body) });
  }

  private send(path: string, init: RequestInit, pair: Pair): Promise<Response> {
    const headers = new Headers(init.headers);
    headers.set("Authorization", `Bearer ${pair.access_token}`);
    return fetch(this.api + path, { ...init, headers });
  }
}
