-- GET /{code}: what a visitor is answered, with the fields and lengths of the edge.
local clicks = require "clicks"
local links = require "links"
local quoted = require "quoted"
local tokens = require "tokens"

local M = {}

local floor, match, uuid = math.floor, ngx.re.match, tokens.uuid
local reserved = {c = true, s = true}

-- The visitor's own parameters that pass to the destination.
local function passed(arguments)
  local kept
  for name, value in pairs(arguments) do
    if not reserved[name] and name:sub(1, 3) ~= "wm_" then
      kept = kept or {}
      kept[name] = value
    end
  end
  return kept and ngx.encode_args(kept) .. "&" or ""
end

local function click_line(link, id, visitor, is_new, previous, now, arguments, var)
  local channel = type(arguments.c) == "string" and arguments.c or "direct"
  local referer, language = var.http_referer, var.http_accept_language
  local from = referer and match(referer, "^[a-z]+://([^/]+)", "joi")
  local first = language and match(language, "^[^,;]*", "jo")
  local network = match(var.remote_addr, "^.*\\.", "jo")
  local agent = var.http_user_agent
  return '{"v":1,"id":"' .. uuid(id) .. '","ts":' .. now * 1000 .. link.fields ..
         ',"host":' .. quoted(var.host) .. ',"visitor":"' .. uuid(visitor) ..
         (is_new and '","new":true' or '"') ..
         (previous and ',"prev":"' .. uuid(previous) .. '"' or "") ..
         ',"channel":' .. quoted(channel) .. ',"ref":' .. quoted(from and from[1] or "") ..
         ',"lang":' .. quoted(first and first[0] or "") ..
         ',"ip":' .. quoted(network and network[0] .. "0" or "") ..
         ',"ua":' .. quoted(agent and agent:sub(1, 512) or "") .. "}"
end

function M.answer()
  local var = ngx.var
  local link = links.find(var.uri:sub(2))
  if link == nil then return ngx.exit(404) end
  if link == false then return ngx.exit(503) end

  local now = ngx.now()
  local id = tokens.new_id(now * 1000)
  local ours = var.cookie_wm_ref
  local visitor, first_touch, previous
  if ours then visitor, first_touch, previous = tokens.read_cookie(ours, link.campaign, now) end
  local is_new = visitor == nil
  visitor = visitor or tokens.new_id(now * 1000)

  local arguments = var.args and ngx.req.get_uri_args(32) or {}
  if not clicks.record(click_line(link, id, visitor, is_new, previous, now, arguments, var)) then
    return ngx.exit(503)
  end
  local header = ngx.header
  header["Location"] = link.base .. passed(arguments) .. "wm_click=" .. tokens.click_token(id)
  header["Set-Cookie"] = "wm_ref=" ..
    tokens.cookie(visitor, link, floor(now + link.window), first_touch, id) ..
    "; Path=/; Max-Age=" .. link.window .. "; HttpOnly; Secure; SameSite=Lax"
  header["Cache-Control"] = "private, no-store"
  header["Referrer-Policy"] = "strict-origin-when-cross-origin"
  header["X-Robots-Tag"] = "noindex"
  header["Content-Length"] = 0
  ngx.status = 302
  return ngx.send_headers()
end

return M
