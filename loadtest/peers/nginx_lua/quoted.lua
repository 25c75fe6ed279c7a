-- A text as a string of JSON.
local find = ngx.re.find

local function escaped(character)
  return ("\\u%04x"):format(character:byte())
end

return function(text)
  if find(text, [=[[\x00-\x1f"\\]]=], "jo") then text = text:gsub('[%c"\\]', escaped) end
  return '"' .. text .. '"'
end
