// GET /:code with Fastify and ioredis, the whole job: lookup (an LRU before Redis), signed token
// and cookie, one XADD per click.
//
//   node server.mjs PORT REDIS-PORT STREAM KEY awaited|sent LINKS-MAX HELD-SECONDS
//
// awaited: the answer follows Redis' acknowledgement. sent: the click may die with this process.
import fastify from "fastify";
import Redis from "ioredis";
import { Links } from "./links.mjs";
import { clickLine } from "./click_line.mjs";
import { Tokens, newId } from "./tokens.mjs";

const [port, redisPort, stream, key, mode, linksMax, heldSeconds] = process.argv.slice(2);
const redis = new Redis({ port: Number(redisPort), enableAutoPipelining: true });
redis.on("error", (error) => console.error(`Redis: ${error.message}`));
const links = new Links(redis, Number(linksMax), Number(heldSeconds) * 1000);
const tokens = new Tokens(key);

const reserved = (name) => name === "c" || name === "s" || name.startsWith("wm_");

// The visitor's own parameters that pass to the destination.
function passed(query) {
  const kept = Object.entries(query).filter(([name]) => !reserved(name));
  return kept.length ? `${new URLSearchParams(kept)}&` : "";
}

const cookieOf = (request) => request.headers.cookie?.match(/(?:^|; )wm_ref=([^;]*)/)?.[1];

const app = fastify();
app.get("/:code", async (request, reply) => {
  const code = request.params.code.toLowerCase();
  const link = links.known(code) ?? (await links.ask(code));
  if (!link) return reply.code(404).send();

  const now = Date.now();
  const id = newId(now);
  const known = tokens.readCookie(cookieOf(request), link.campaign, now);
  const visitor = known?.visitor ?? newId(now);
  const line = clickLine({ link, id, visitor, known, now, request });
  const recorded = redis.xadd(stream, "*", "body", line);
  if (mode === "awaited") await recorded;
  else recorded.catch((error) => console.error(`click lost: ${error.message}`));

  const cookie = tokens.cookie(visitor, link, known?.firstTouch, id, now);
  return reply
    .code(302)
    .headers({
      Location: `${link.base}${passed(request.query)}wm_click=${tokens.clickToken(id)}`,
      "Set-Cookie":
        `wm_ref=${cookie}; Path=/; Max-Age=${link.window}; HttpOnly; Secure; SameSite=Lax`,
      "Cache-Control": "private, no-store",
      "Referrer-Policy": "strict-origin-when-cross-origin",
      "X-Robots-Tag": "noindex",
    })
    .send();
});
await app.listen({ port: Number(port), host: "127.0.0.1" });
