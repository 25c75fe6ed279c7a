-- Links and campaigns as Waymark keeps them in Redis, prepared once: the shared dict holds all of
-- them for all workers, a table of each worker those asked for most.
local lrucache = require "resty.lrucache"
local redis = require "nginx.redis"
local settings = require "settings"
local quoted = require "quoted"

local M = {}

local hot_seconds, unknown_seconds = 10, 5
local known_seconds = settings.held_seconds - hot_seconds
local hot_links_max = 10000
local redis_wait_ms, pool_idle_ms, pool_size = 250, 60000, 64

local hot = lrucache.new(hot_links_max)
local dict = ngx.shared.links

local function given(value)
  return type(value) == "string" and value ~= "" and value or nil
end

-- Lines: start of the destination with the campaign's utm, campaign, seconds of the window, and the
-- click's fields that are the link's.
local function prepare(code, link, campaign)
  local destination, name = link[1], given(link[2]) or ""
  local days, utm = given(campaign[1]) or "60", given(campaign[2])
  local base = destination .. (destination:find("?", 1, true) and "&" or "?") ..
               (utm and utm .. "&" or "")
  local fields = ',"code":' .. quoted(code) .. ',"link":' .. quoted(given(link[4]) or "") ..
                 ',"campaign":' .. quoted(name) .. ',"referrer":' .. quoted(given(link[3]) or "") ..
                 ',"destination":' .. quoted(destination)
  return table.concat({base, name, days * 86400, fields}, "\n")
end

local function ask_redis(code)
  local connection = redis:new()
  connection:set_timeout(redis_wait_ms)
  local ok, err = connection:connect("127.0.0.1", settings.redis_port)
  if not ok then return nil, err end
  local link, failed = connection:hmget("wm:link:*/" .. code, "destination", "campaign",
                                        "referrer", "link")
  if not link then return nil, failed end
  if not given(link[1]) then
    connection:set_keepalive(pool_idle_ms, pool_size)
    return ""
  end
  local campaign, campaign_failed = {}, nil
  if given(link[2]) then
    campaign, campaign_failed = connection:hmget("wm:campaign:" .. link[2], "window_days", "utm")
    if not campaign then return nil, campaign_failed end
  end
  connection:set_keepalive(pool_idle_ms, pool_size)
  return prepare(code, link, campaign)
end

local function parsed(code, held)
  local base, campaign, window, fields = held:match("^([^\n]*)\n([^\n]*)\n([^\n]*)\n(.*)$")
  return {code = code, base = base, campaign = campaign, window = tonumber(window), fields = fields}
end

-- The prepared link; nil for an unknown code; false when Redis does not answer.
function M.find(name)
  local link = hot:get(name)
  if link then return link end
  local code = name:match("^[%w_-]+$")
  if not code then return nil end
  code = code:lower()
  local held = dict:get(code)
  if not held then
    held = ask_redis(code)
    if not held then return false end
    dict:set(code, held, held == "" and unknown_seconds or known_seconds)
  end
  if held == "" then return nil end
  link = parsed(code, held)
  hot:set(name, link, hot_seconds)
  return link
end

return M
