// A shop whose sign-ups are credited through Waymark. Node 18 or newer, no packages.
// ../README.md says how to run it and why it keeps the token twice.
'use strict';

const fs = require('node:fs');
const http = require('node:http');

const API = process.env.WAYMARK_API || 'http://127.0.0.1:8090';
const API_KEY = process.env.WAYMARK_API_KEY_FILE
  ? fs.readFileSync(process.env.WAYMARK_API_KEY_FILE, 'utf8').trim()
  : process.env.WAYMARK_API_KEY || '';
const PORT = Number(process.env.PORT || 8100);
const SECURE = process.env.TRIAL === '1' ? '' : '; Secure';

const COOKIE = 'shop_click';
const WINDOW_SECONDS = 60 * 24 * 60 * 60; // the campaign's window_days
const API_TIMEOUT_MS = 3000;
const BODY_BYTES_MAX = 16 * 1024;

// Whether a token is genuine only the tracker knows; what has another form is not one.
const tokenIn = (text) => (/^[A-Za-z0-9_-]{32}$/.test(text || '') ? text : null);
const attributionIn = (text) => (/^1(\.[A-Za-z0-9_-]+){3}$/.test(text || '') ? text : null);

// Whether this visitor may be remembered by cookies. Opting out is asked for by the browser (Global
// Privacy Control). A shop that needs consent also looks here for the answer to its own banner.
const mayRemember = (request) => request.headers['sec-gpc'] !== '1';

const escapeHtml = (text) =>
  String(text).replace(/[&<>"']/g, (c) => `&#${c.charCodeAt(0)};`);

function cookieOf(request, name) {
  if (!mayRemember(request)) return null;
  for (const pair of (request.headers.cookie || '').split(';')) {
    const at = pair.indexOf('=');
    if (pair.slice(0, at).trim() === name) return pair.slice(at + 1).trim();
  }
  return null;
}

function send(response, status, body, headers = {}) {
  // The page holds a visitor's token: it must not come out of a shared cache.
  response.writeHead(status, {
    'Content-Type': 'text/html; charset=utf-8',
    'Cache-Control': 'no-store',
    ...headers,
  });
  response.end(`<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Shop</title>
<style>:root { color-scheme: light dark; font: 1.1rem/1.6 system-ui, sans-serif }
input, button { font: inherit }</style>
<main>${body}</main>
</html>\n`);
}

function landingPage(request, response, query) {
  const arrived = tokenIn(query.get('wm_click'));
  const token = arrived || tokenIn(cookieOf(request, COOKIE));
  const kept = `Path=/; Max-Age=${WINDOW_SECONDS}; HttpOnly; SameSite=Lax${SECURE}`;
  const keeps = arrived && mayRemember(request);
  const headers = keeps ? { 'Set-Cookie': `${COOKIE}=${arrived}; ${kept}` } : {};
  send(response, 200, `<h1>Welcome to the shop</h1>
<form method="post" action="/signup">
<label>E-mail <input name="email" type="email" autocomplete="email" required></label>
<input type="hidden" name="wm_click" value="${escapeHtml(token || '')}">
<button>Sign up</button>
</form>`, headers);
}

// Asks who is to be credited; null when the tracker cannot be asked.
async function resolve(clickId, attributionToken) {
  try {
    const answer = await fetch(`${API}/v1/attribution/resolve`, {
      method: 'POST',
      headers: { Authorization: `Bearer ${API_KEY}`, 'Content-Type': 'application/json' },
      body: JSON.stringify({ click_id: clickId, attribution_token: attributionToken }),
      signal: AbortSignal.timeout(API_TIMEOUT_MS),
    });
    if (answer.ok) return await answer.json();
    console.error(`resolve: ${answer.status} ${await answer.text()}`);
  } catch (error) {
    console.error(`resolve: ${error.message}`);
  }
  return null;
}

async function readForm(request) {
  let body = '';
  for await (const chunk of request) {
    body += chunk;
    if (body.length > BODY_BYTES_MAX) return null;
  }
  return new URLSearchParams(body);
}

async function signUp(request, response) {
  const form = await readForm(request);
  if (!form) return send(response, 413, '<h1>Too much</h1>', { Connection: 'close' });
  const clickId = tokenIn(form.get('wm_click')) || tokenIn(cookieOf(request, COOKIE));
  const attribution = await resolve(clickId, attributionIn(cookieOf(request, 'wm_ref')));
  // A real shop stores the token with the customer: then it can ask again, whatever happened here.
  console.log(JSON.stringify({ email: form.get('email'), click_id: clickId, attribution }));
  const referrer = attribution && attribution.referrer;
  const invited = referrer ? ` You were invited by <b>${escapeHtml(referrer)}</b>.` : '';
  send(response, 200, `<h1>Welcome</h1><p id="thanks">Thank you.${invited}</p>`);
}

const server = http.createServer((request, response) => {
  const [path, query] = request.url.split(/\?(.*)/s);  // unlike `new URL`, it takes anything
  const route = `${request.method} ${path}`;
  if (route === 'GET /' || route === 'HEAD /') {
    return landingPage(request, response, new URLSearchParams(query));
  }
  if (route === 'POST /signup') {
    return signUp(request, response).catch(() => response.destroy());
  }
  return send(response, 404, '<h1>Not here</h1>');
});

server.listen(PORT, '127.0.0.1', () => console.error(`shop on http://127.0.0.1:${PORT}/`));
