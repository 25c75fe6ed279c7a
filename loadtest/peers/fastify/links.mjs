// Links and campaigns as Waymark keeps them in Redis, held for a time.
import { LRUCache } from "lru-cache";

export class Links {
  #redis;
  #held;

  constructor(redis, links_max, held_ms) {
    this.#redis = redis;
    this.#held = new LRUCache({ max: links_max, ttl: held_ms });
  }

  // The prepared link when it is held.
  known(code) {
    return this.#held.get(code);
  }

  // The prepared link, or null for an unknown code.
  async ask(code) {
    const link = await this.#ask(code);
    if (link) this.#held.set(code, link);
    return link;
  }

  async #ask(code) {
    const [destination, campaign, referrer, link] = await this.#redis.hmget(
      `wm:link:*/${code}`, "destination", "campaign", "referrer", "link");
    if (!destination) return null;
    const [days, utm] = campaign
      ? await this.#redis.hmget(`wm:campaign:${campaign}`, "window_days", "utm") : [];
    return {
      code, destination, campaign: campaign ?? "", referrer, link,
      base: `${destination}${destination.includes("?") ? "&" : "?"}${utm ? `${utm}&` : ""}`,
      window: Number(days ?? 60) * 86_400,
    };
  }
}
