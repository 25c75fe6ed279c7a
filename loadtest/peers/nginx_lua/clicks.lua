-- The way of a click into the stream. Requests queue clicks; one light thread sends what is queued
-- as one pipeline. While a pipeline is under way the next one grows: that is the group commit of the
-- awaited variant, where a request goes on when Redis has acknowledged its click. The other variant
-- lets clicks linger, so that a pipeline pays; they are lost with this process.
--
-- Commands and replies are handled here and not by a client library, which would spend three reads
-- on every reply.
local semaphore = require "ngx.semaphore"
local settings = require "settings"

local M = {}

local linger_seconds, queue_max, batches_of_a_timer = 0.005, 100000, 1000
local redis_wait_ms, pause_seconds, visitor_wait_seconds = 5000, 0.1, 5
local chunk_bytes_max = 65536

local queue, count = {}, 0
local acknowledged  -- what visitors of the growing pipeline wait for
local work
local xadd = ("*5\r\n$4\r\nXADD\r\n$%d\r\n%s\r\n$1\r\n*\r\n$4\r\nbody\r\n$"):format(
  #settings.stream, settings.stream)

-- False when the queue is full: the click is dropped, the visitor still redirected.
local function add(body)
  if count >= queue_max then return false end
  count = count + 1
  queue[count] = xadd .. #body .. "\r\n" .. body .. "\r\n"
  if count == 1 then work:post(1) end
  return true
end

-- True when the click may be answered.
function M.record(body)
  if not settings.awaited then
    add(body)
    return true
  end
  return add(body) and acknowledged:wait(visitor_wait_seconds)
end

-- Reads the acknowledgements of so many clicks: two lines each. An error ends the reading.
local function read_replies(connection, clicks)
  local replies, lines = "\n", 0
  while lines < 2 * clicks do
    local chunk, err = connection:receiveany(chunk_bytes_max)
    if not chunk then return nil, err end
    local _, more = chunk:gsub("\n", "\n")
    lines = lines + more
    replies = replies:sub(-1) .. chunk
    local refusal = replies:match("\n(%-[^\r]*)")
    if refusal then return nil, refusal end
  end
  return true
end

local function send(connection, commands)
  local sent, err = connection:send(commands)
  if not sent then return nil, err end
  return read_replies(connection, #commands)
end

local function connected()
  local connection = ngx.socket.tcp()
  connection:settimeout(redis_wait_ms)
  local ok, err = connection:connect("127.0.0.1", settings.redis_port)
  return ok and connection, err
end

-- Sends until it is done: what fails is sent again, some of it perhaps twice.
local function deliver(connection, commands)
  while true do
    local sent, err = connection and send(connection, commands)
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
      local commands, clicks, visitors = queue, count, acknowledged
      queue, count, acknowledged = {}, 0, semaphore.new()
      connection = deliver(connection, commands)
      if settings.awaited then visitors:post(clicks) end
    end
    if ngx.worker.exiting() then return end
  end
  if connection then connection:close() end
  ngx.timer.at(0, flush)
end

function M.start()
  work, acknowledged = semaphore.new(), semaphore.new()
  ngx.timer.at(0, flush)
end

return M
