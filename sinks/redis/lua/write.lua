-- write: all that a script changes of members, after everything was read and decided. Each key that is
-- written was read before, so that none of these commands can fail: not by its type, and not because a slot moves.
local outbox_key, due_key, up_key = KEYS[5], KEYS[6], KEYS[7]

-- room looks at what is going to be written beside the members' own keys. It is false when the outbox is full.
local function room(members)
  local news, timers = 0, false
  for i = 1, #members do
    local m = members[i]
    if m.news ~= none then ask(m, 'LLEN', stem .. 'h:' .. m.id) end
    if m.broken then m.news = none end
    news = news + #m.news
    timers = timers or m.judged
  end
  if timers then call('ZCARD', due_key) call('ZCARD', up_key) end
  return news == 0 or call('XLEN', outbox_key) + news <= max_outbox
end

local function above(level) return level ~= '' and level ~= names[0] end

local function write_timer(m)
  if m.due ~= m.was_due then
    if m.due > 0 then call('ZADD', due_key, digits(m.due), m.id) else call('ZREM', due_key, m.id) end
  end
  if m.announced == m.was_announced then return end
  local up, was_up = above(m.announced), above(m.was_announced)
  if up ~= was_up then
    if up then call('ZADD', up_key, 0, m.id) else call('ZREM', up_key, m.id) end
  end
end

-- An entry's id is made of the epoch and a counter, not of a clock: one that came again after a
-- failover would name another entry to whoever trims.
local function write_news(m, sent)
  local history = stem .. 'h:' .. m.id
  for i = 1, #m.news do
    sent = sent + 1
    local added = redis.pcall('XADD', outbox_key, digits(epoch) .. '-' .. digits(sent), 'l', m.news[i])
    if type(added) == 'table' and added.err then -- somebody has put in an entry of his own, with an id above ours
      call('XADD', outbox_key, '*', 'l', m.news[i])
    end
    call('RPUSH', history, m.news[i])
  end
  if #m.news > 0 then call('LTRIM', history, -max_history, -1) end
  return sent
end

-- write_members writes those that are whole, and returns how many announcements the outbox ever had.
local function write_members(members, sent)
  local states = {'HSET', members_key}
  for i = 1, #members do
    local m = members[i]
    if not m.broken then
      for j = 1, #m.ops do call(unpack(m.ops[j])) end
      if m.changed then
        states[#states + 1] = m.id
        states[#states + 1] = pack_state(m)
        if m.judged then
          write_timer(m)
          sent = write_news(m, sent)
        end
      end
    end
  end
  if #states > 2 then call(unpack(states)) end
  return sent
end
