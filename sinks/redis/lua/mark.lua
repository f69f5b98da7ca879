-- mark: what internal/rewind asks of one bucket. KEYS: head, watermarks, recovering.

-- raise_mark moves a watermark, and ends the reading back that waited for it, or for a topic that is gone.
local function raise_mark(part, topic, offset)
  call('HSET', KEYS[2], part, digits(offset) .. ' ' .. topic)
  local awaited = call('HGET', KEYS[3], part)
  if not awaited then return end
  local target = mark_of(awaited, topic)
  if not target or offset >= target then call('HDEL', KEYS[3], part) end
end

-- waits_in_vain is true when a partition's reading back waits for a topic that is gone.
local function waits_in_vain(part, topic)
  local awaited = call('HGET', KEYS[3], part)
  return awaited and not mark_of(awaited, topic)
end
