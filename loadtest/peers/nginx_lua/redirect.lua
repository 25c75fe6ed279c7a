-- GET /{code}: what a visitor is answered, with the fields and lengths of the edge.
local clicks = require "clicks"
local links = require "links"
local tokens = require "tokens"

local M = {}

local quoted = links.quoted
local reserved = {c = true, s = true}

-- The visitor's own parameters that pass to the destination.
local function passed(arguments)
  local kept = {}
  for name, value in pairs(arguments) do
    if not reserved[name] and name:sub(1, 3) ~= "wm_" then kept[name] = value end
  end
  return next(kept) and ngx.encode_args(kept) .. "&" or ""
end

local function click_line(fields, id, visitor, is_new, previous, now, arguments, var)
  local channel = type(arguments.c) == "string" and arguments.c or "direct"
  return '{"v":1,"id":"' .. tokens.uuid(id) .. '","ts":' .. ("%d"):format(now * 1000) .. fields ..
         ',"host":' .. quoted(var.host) .. ',"visitor":"' .. tokens.uuid(visitor) .. '"' ..
         (is_new and ',"new":true' or "") ..
         (previous and ',"prev":"' .. tokens.uuid(previous) .. '"' or "") ..
         ',"channel":' .. quoted(channel) ..
         ',"ref":' .. quoted(var.http_referer and var.http_referer:match("^%a+://([^/]+)") or "") ..
         ',"lang":' .. quoted((var.http_accept_language or ""):match("^[^,;]*")) ..
         ',"ip":' .. quoted(var.remote_addr:gsub("%d+$", "0")) ..
         ',"ua":' .. quoted((var.http_user_agent or ""):sub(1, 512)) .. "}"
end

function M.answer()
  local var, code = ngx.var, ngx.var.uri:match("^/([%w_-]+)$")
  if not code then return ngx.exit(404) end
  code = code:lower()
  local base, campaign, days, fields = links.find(code)
  if base == nil then return ngx.exit(404) end
  if base == false then return ngx.exit(503) end

  local now = ngx.now()
  local id = tokens.new_id(now * 1000)
  local window = tonumber(days) * 86400
  local visitor, first_touch, previous
  if var.cookie_wm_ref then
    visitor, first_touch, previous = tokens.read_cookie(var.cookie_wm_ref, campaign, now)
  end
  local is_new = visitor == nil
  visitor = visitor or tokens.new_id(now * 1000)

  local arguments = var.args and ngx.req.get_uri_args(32) or {}
  if not clicks.record(click_line(fields, id, visitor, is_new, previous, now, arguments, var)) then
    return ngx.exit(503)
  end
  local header = ngx.header
  header["Location"] = base .. passed(arguments) .. "wm_click=" .. tokens.click_token(id)
  header["Set-Cookie"] = "wm_ref=" ..
    tokens.cookie(visitor, campaign, math.floor(now + window), first_touch, id, code) ..
    "; Path=/; Max-Age=" .. window .. "; HttpOnly; Secure; SameSite=Lax"
  header["Cache-Control"] = "private, no-store"
  header["Referrer-Policy"] = "strict-origin-when-cross-origin"
  header["X-Robots-Tag"] = "noindex"
  header["Content-Length"] = 0
  ngx.status = 302
  return ngx.send_headers()
end

return M
