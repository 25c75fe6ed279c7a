// One click as a line of JSON, with the keys of Waymark's click stream.
import { uuid } from "./tokens.mjs";

const hostOf = (url) => url?.match(/^[a-z]+:\/\/([^/]+)/i)?.[1];

export function clickLine({ link, id, visitor, known, now, request }) {
  const { headers, query, ip } = request;
  return JSON.stringify({
    v: 1, id: uuid(id), ts: now, code: link.code, link: link.link, campaign: link.campaign,
    referrer: link.referrer, destination: link.destination, host: headers.host,
    visitor: uuid(visitor), new: known ? undefined : true,
    prev: known ? uuid(known.previous) : undefined, channel: query.c ?? "direct",
    ref: hostOf(headers.referer), lang: headers["accept-language"]?.split(/[,;]/, 1)[0],
    ip: ip.replace(/\d+$/, "0"), ua: headers["user-agent"]?.slice(0, 512),
  });
}
