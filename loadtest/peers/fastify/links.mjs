// Links and campaigns as Waymark keeps them in Redis, held for a minute.
import { LRUCache } from "lru-cache";

const links_max = 2_000_000;
const known_ms = 60_000;

export class Links {
  #redis;
  #held = new LRUCache({ max: links_max, ttl: known_ms, ttlAutopurge: false });

  constructor(redis) {
    this.#redis = redis;
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
