// Click ids and the two signed tokens, laid out like Waymark's (common/README.md).
import { createHmac, createSecretKey, randomFillSync, timingSafeEqual } from "node:crypto";

const id_bytes = 16;
const pool = Buffer.alloc(4096);
let left = 0;

// UUIDv7 as bytes.
export function newId(milliseconds) {
  if (left < id_bytes) left = randomFillSync(pool).length;
  left -= id_bytes;
  const id = Buffer.from(pool.subarray(left, left + id_bytes));
  id.writeUIntBE(milliseconds, 0, 6);
  id[6] = 0x70 | (id[6] & 0x0f);
  id[8] = 0x80 | (id[8] & 0x3f);
  return id;
}

export function uuid(id) {
  const hex = id.toString("hex");
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-` +
         hex.slice(20);
}

export class Tokens {
  #key;

  constructor(key) {
    this.#key = createSecretKey(Buffer.from(key));
  }

  #mac(label, bytes, size) {
    return createHmac("sha256", this.#key).update(label).update(bytes).digest().subarray(0, size);
  }

  clickToken(id) {
    return Buffer.concat([id, this.#mac("click:", id, 8)]).toString("base64url");
  }

  // visitor | 1 | length, campaign | end of the claim | first touch | last touch
  cookie(visitor, link, firstTouch, id, now) {
    const ends = Buffer.alloc(5);
    ends.writeUIntBE(Math.floor(now / 1000) + link.window, 0, 5);
    const lastTouch = Buffer.concat([id, Buffer.of(link.code.length), Buffer.from(link.code)]);
    const payload = Buffer.concat([
      visitor, Buffer.of(1, link.campaign.length), Buffer.from(link.campaign), ends,
      firstTouch ?? lastTouch, lastTouch]);
    const mac = this.#mac("ref:", payload, 16);
    return `1.k1.${payload.toString("base64url")}.${mac.toString("base64url")}`;
  }

  // Visitor id, id of the last click, and the first touch when it is of this campaign and not over;
  // undefined when the cookie is not ours.
  readCookie(text, campaign, now) {
    const [version, keyId, encoded, sign] = text?.split(".") ?? [];
    if (version !== "1" || keyId !== "k1" || !sign) return undefined;
    const payload = Buffer.from(encoded, "base64url");
    const mac = Buffer.from(sign, "base64url");
    const expected = this.#mac("ref:", payload, 16);
    if (mac.length !== 16 || !timingSafeEqual(mac, expected)) return undefined;
    const ends = 18 + payload[17];
    const first = ends + 5;
    const last = first + id_bytes + 1 + payload[first + id_bytes];
    const lives = payload.toString("utf8", 18, ends) === campaign &&
                  payload.readUIntBE(ends, 5) * 1000 > now;
    return {
      visitor: payload.subarray(0, id_bytes),
      previous: payload.subarray(last, last + id_bytes),
      firstTouch: lives ? payload.subarray(first, last) : undefined,
    };
  }
}
