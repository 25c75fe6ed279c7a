-- Lets wrk send the requests of a mix file in order, again and again:
--
--   wrk -t1 -c64 -d10s -s loadtest/mix/mix.lua http://127.0.0.1:8080 -- DIR/requests.mix
--
-- Each thread starts at a place of its own. HEAD requests that are not answered by a redirect are
-- left out: wrk takes their Content-Length for content that will come.

local threads = 0

function setup(thread)
  thread:set("number", threads)
  threads = threads + 1
end

function init(args)
  requests = {}
  local file = assert(io.open(assert(args[1], "name the mix file behind --"), "rb"))
  for line in file:lines() do
    local size, status = line:match("^(%d+) (%d+) %a+$")
    local request = file:read(tonumber(size))
    local head = request:sub(1, 5) == "HEAD "
    if not head or status:sub(1, 1) == "3" then
      requests[#requests + 1] = request
    end
  end
  file:close()
  at = number * 977 % #requests
end

function request()
  at = at % #requests + 1
  return requests[at]
end
