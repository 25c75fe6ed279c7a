// GET /:code with Fastify and nothing behind it: always the same answer. What is left when a
// service has no work of its own.
//
//   node bare.mjs PORT HEADER-FIELDS-AS-JSON
import fastify from "fastify";

const [port, fields] = process.argv.slice(2);
const answer = JSON.parse(fields);

const app = fastify();
app.get("/:code", (request, reply) => reply.code(302).headers(answer).send());
await app.listen({ port: Number(port), host: "127.0.0.1" });
