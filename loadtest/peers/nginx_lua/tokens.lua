-- Click ids and the two signed tokens, laid out and signed like Waymark's (common/README.md). OpenSSL
-- and nginx are called by FFI, which LuaJIT compiles.
local base64 = require "ngx.base64"
local ffi = require "ffi"
local settings = require "settings"

ffi.cdef [[
int RAND_bytes(unsigned char *buffer, int size);
void *HMAC_CTX_new(void);
const void *EVP_sha256(void);
int HMAC_Init_ex(void *context, const void *key, int size, const void *digest, void *engine);
int HMAC_Update(void *context, const char *text, size_t size);
int HMAC_Final(void *context, unsigned char *mac, unsigned int *size);
unsigned char *ngx_hex_dump(unsigned char *to, const char *from, size_t size);
]]

local M = {}

local encode, decode = base64.encode_base64url, base64.decode_base64url
local char, floor, match = string.char, math.floor, ngx.re.match
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

-- UUIDv7 as 16 bytes.
function M.new_id(milliseconds)
  local tail = random(10)
  local high, low = floor(milliseconds / 0x1000000), milliseconds % 0x1000000
  return char(floor(high / 65536), floor(high / 256) % 256, high % 256, floor(low / 65536),
              floor(low / 256) % 256, low % 256, 0x70 + tail:byte(1) % 16, tail:byte(2),
              0x80 + tail:byte(3) % 64) .. tail:sub(4)
end

local hex = ffi.new("unsigned char[32]")

function M.uuid(id)
  ffi.C.ngx_hex_dump(hex, id, 16)
  return ffi.string(hex, 8) .. "-" .. ffi.string(hex + 8, 4) .. "-" .. ffi.string(hex + 12, 4) ..
         "-" .. ffi.string(hex + 16, 4) .. "-" .. ffi.string(hex + 20, 12)
end

-- Keyed once; starting again without a key keeps it.
local hmac, digest = ffi.C.HMAC_CTX_new(), ffi.new("unsigned char[32]")
if ffi.C.HMAC_Init_ex(hmac, settings.key, #settings.key, ffi.C.EVP_sha256(), nil) ~= 1 then
  error("no HMAC-SHA256")
end

local function mac(label, text, size)
  ffi.C.HMAC_Init_ex(hmac, nil, 0, nil, nil)
  ffi.C.HMAC_Update(hmac, label, #label)
  ffi.C.HMAC_Update(hmac, text, #text)
  ffi.C.HMAC_Final(hmac, digest, nil)
  return ffi.string(digest, size)
end

function M.click_token(id)
  return encode(id .. mac("click:", id, 8))
end

-- visitor | 1 | length, campaign | end of the claim | first touch | last touch
function M.cookie(visitor, link, ends_at, first_touch, id)
  local code, campaign = link.code, link.campaign
  local last_touch = id .. char(#code) .. code
  local payload = visitor .. char(1, #campaign) .. campaign ..
                  char(floor(ends_at / 0x100000000), floor(ends_at / 0x1000000) % 256,
                       floor(ends_at / 65536) % 256, floor(ends_at / 256) % 256, ends_at % 256) ..
                  (first_touch or last_touch) .. last_touch
  return cookie_start .. encode(payload) .. "." .. encode(mac("ref:", payload, 16))
end

-- Visitor id; the first touch when it is of this campaign and not over; the id of the last click. Nil
-- when the cookie is not ours.
function M.read_cookie(text, campaign, now)
  local parts = match(text, [[^1\.k1\.([\w-]+)\.([\w-]+)$]], "jo")
  local payload = parts and decode(parts[1])
  if not payload or encode(mac("ref:", payload, 16)) ~= parts[2] then return nil end
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
