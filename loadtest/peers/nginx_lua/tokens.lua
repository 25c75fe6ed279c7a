-- Click ids and the two signed tokens, laid out like Waymark's (common/README.md) and signed with
-- HMAC-SHA1, which nginx brings along and which costs less than HMAC-SHA256.
local base64 = require "ngx.base64"
local ffi = require "ffi"
local settings = require "settings"

ffi.cdef [[ int RAND_bytes(unsigned char *buffer, int size); ]]

local M = {}

local encode, decode = base64.encode_base64url, base64.decode_base64url
local char, floor = string.char, math.floor
local cookie_start = "1.k1."

local pool, left = ffi.new("unsigned char[?]", 4096), 0

local function random(size)
  if left < size then
    if ffi.C.RAND_bytes(pool, 4096) ~= 1 then error("no random bytes") end
    left = 4096
  end
  left = left - size
  return ffi.string(pool + left, size)
end

local function big_endian(number, size)
  local bytes = {}
  for i = size, 1, -1 do
    bytes[i] = char(number % 256)
    number = floor(number / 256)
  end
  return table.concat(bytes)
end

-- UUIDv7 as 16 bytes.
function M.new_id(milliseconds)
  local tail = random(10)
  return big_endian(milliseconds, 6) .. char(0x70 + tail:byte(1) % 16) .. tail:sub(2, 2) ..
         char(0x80 + tail:byte(3) % 64) .. tail:sub(4)
end

function M.uuid(id)
  return ("%02x%02x%02x%02x-%02x%02x-%02x%02x-%02x%02x-%02x%02x%02x%02x%02x%02x"):format(
    id:byte(1, 16))
end

local function mac(label, text, size)
  return ngx.hmac_sha1(settings.key, label .. text):sub(1, size)
end

function M.click_token(id)
  return encode(id .. mac("click:", id, 8))
end

-- visitor | 1 | length, campaign | end of the claim | first touch | last touch
function M.cookie(visitor, campaign, ends_at, first_touch, id, code)
  local last_touch = id .. char(#code) .. code
  local payload = visitor .. "\1" .. char(#campaign) .. campaign .. big_endian(ends_at, 5) ..
                  (first_touch or last_touch) .. last_touch
  return cookie_start .. encode(payload) .. "." .. encode(mac("ref:", payload, 16))
end

-- Visitor id; the first touch when it is of this campaign and not over; the id of the last click. Nil
-- when the cookie is not ours.
function M.read_cookie(text, campaign, now)
  local encoded, sign = text:match("^1%.k1%.([%w_-]+)%.([%w_-]+)$")
  local payload = encoded and decode(encoded)
  if not payload or encode(mac("ref:", payload, 16)) ~= sign then return nil end
  local visitor, length = payload:sub(1, 16), payload:byte(18)
  local rest = 19 + length
  local a, b, c, d, e = payload:byte(rest, rest + 4)
  local ends_at = (((a * 256 + b) * 256 + c) * 256 + d) * 256 + e
  local code_length = payload:byte(rest + 5 + 16)
  local last = rest + 5 + 17 + code_length
  local previous = payload:sub(last, last + 15)
  if payload:sub(19, 18 + length) ~= campaign or ends_at < now then return visitor, nil, previous end
  return visitor, payload:sub(rest + 5, last - 1), previous
end

return M
