-- The way of a click into the stream. Requests queue clicks; one light thread sends what is queued
-- as one pipeline. While a pipeline is under way the next one grows: that is the group commit of the
-- awaited variant, where a request goes on when Redis has acknowledged its click. The other variant
-- lets clicks linger, so that a pipeline pays; they are lost with this process.
local redis = require "nginx.redis"
local semaphore = require "ngx.semaphore"
local settings = require "settings"

local M = {}

local linger_seconds, queue_max, batches_of_a_timer = 0.005, 100000, 1000
local redis_wait_ms, pause_seconds, visitor_wait_seconds = 5000, 0.1, 5

local queue, waiting, count = {}, {}, 0
local work

-- False when the queue is full: the click is dropped, the visitor still redirected.
local function add(body)
  if count >= queue_max then return false end
  count = count + 1
  queue[count] = body
  if count == 1 then work:post(1) end
  return true
end

-- True when the click may be answered.
function M.record(body)
  if not settings.awaited then
    add(body)
    return true
  end
  if not add(body) then return false end
  local acknowledged = semaphore.new()
  waiting[count] = acknowledged
  return acknowledged:wait(visitor_wait_seconds)
end

local function send(connection, bodies)
  connection:init_pipeline(#bodies)
  for i = 1, #bodies do
    connection:xadd(settings.stream, "*", "body", bodies[i])
  end
  local replies, err = connection:commit_pipeline()
  if not replies then return nil, err end
  for i = 1, #replies do
    if type(replies[i]) == "table" and replies[i][1] == false then return nil, replies[i][2] end
  end
  return true
end

local function connected()
  local connection = redis:new()
  connection:set_timeout(redis_wait_ms)
  local ok, err = connection:connect("127.0.0.1", settings.redis_port)
  return ok and connection, err
end

-- Sends until it is done: what fails is sent again, some of it perhaps twice.
local function deliver(connection, bodies)
  while true do
    local sent, err = connection and send(connection, bodies)
    if sent then return connection end
    if connection then
      ngx.log(ngx.ERR, "clicks wait for Redis: ", err)
      connection:close()
      ngx.sleep(pause_seconds)
    end
    connection = connected()
    if not connection then ngx.sleep(pause_seconds) end
  end
end

-- A timer lives for some batches only: what a light thread allocates is freed at its end.
local function flush(premature)
  if premature then return end
  local connection
  for _ = 1, batches_of_a_timer do
    if work:wait(1) or count > 0 then
      if not settings.awaited then ngx.sleep(linger_seconds) end
      local bodies, visitors = queue, waiting
      queue, waiting, count = {}, {}, 0
      connection = deliver(connection, bodies)
      for _, visitor in pairs(visitors) do visitor:post(1) end
    end
    if ngx.worker.exiting() then return end
  end
  if connection then connection:close() end
  ngx.timer.at(0, flush)
end

function M.start()
  work = semaphore.new()
  ngx.timer.at(0, flush)
end

return M
