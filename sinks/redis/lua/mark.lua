-- mark: what internal/rewind asks of one bucket. KEYS: head, watermarks, recovering.

-- raise_mark moves a watermark, and ends the reading back that waited for it.
local function raise_mark(part, topic, offset)
  call('HSET', KEYS[2], part, digits(offset) .. ' ' .. topic)
  local target = call('HGET', KEYS[3], part)
  if target and offset >= tonumber(target) then call('HDEL', KEYS[3], part) end
end
