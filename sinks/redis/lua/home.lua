-- home: which history of the server this is, and whether the bucket belongs to it.
-- KEYS[1] is always the bucket's head; its stem is what all its keys begin with.
local call, error_reply = redis.call, redis.error_reply
local KEYS, ARGV, tonumber, unpack, floor = KEYS, ARGV, tonumber, unpack, math.floor
local stem = string.sub(KEYS[1], 1, -5)
local epoch -- of the bucket, once the head is read

-- The server's history gets another name at each promotion and each restart: whatever was
-- acknowledged before may be missing in it.
local function server_home()
  return string.match(call('INFO', 'replication'), 'master_replid:(%x+)')
end

-- away is true when the bucket is unborn, or was last recovered in another history.
local function away(epoch, home)
  return not epoch or home ~= server_home()
end

-- A watermark is "<offset> <which topic>", and so is what a partition's reading back waits for; one of another topic
-- of that name is none.
local function mark_of(text, topic)
  if not text then return nil end
  local offset, of = string.match(text, '^(%d+) (.*)$')
  if of ~= topic then return nil end
  return tonumber(offset)
end

-- Numbers that are no small counts are written out: Lua's own form of 1e15 has an exponent. Most come often in a call.
local written = {}
local function digits(n)
  local text = written[n]
  if not text then
    text = string.format('%.0f', n)
    written[n] = text
  end
  return text
end

-- ask is a read of a member's key. One of another type is that member's matter (nil, and broken);
-- anything else ends the script, which has not written yet.
local function ask(m, ...)
  local reply = redis.pcall(...)
  if type(reply) == 'table' and reply.err then
    if not string.find(reply.err, 'WRONGTYPE', 1, true) then error(reply.err) end
    m.broken = true
    return nil
  end
  return reply
end
