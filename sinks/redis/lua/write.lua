-- write: all that a script changes of members, after everything was read and decided. Each key that is
-- written was read before, so that none of these commands can fail: not by its type, and not because a slot moves.
local outbox_key, due_key, up_key = KEYS[5], KEYS[6], KEYS[7]

-- room looks at what is going to be written beside the members' own keys. It is false when the outbox is full.
local function room(members)
  local news, timers = 0, false
  for i = 1, #members do
    local m = members[i]
    if #m.records > most_records * record then spill(m) end
    if m.news ~= none then m.told = ask(m, 'LLEN', stem .. 'h:' .. m.id) end
    if m.broken then m.news = none end
    news = news + #m.news
    timers = timers or m.judged
  end
  if timers then call('ZCARD', due_key) call('ZCARD', up_key) end
  return news == 0 or call('XLEN', outbox_key) + news <= max_outbox
end

local function above(level) return level ~= '' and level ~= names[0] end

-- A member is once in one of two commands: what is set and what is taken away of all of them.
local function note(set, gone, score, id)
  if score then
    set[#set + 1], set[#set + 2] = score, id
  else
    gone[#gone + 1] = id
  end
end

-- write_timers sets timers, and who is above the base level.
local function write_timers(members)
  local due, no_due, up, no_up = {'ZADD', due_key}, {'ZREM', due_key}, {'ZADD', up_key}, {'ZREM', up_key}
  for i = 1, #members do
    local m = members[i]
    if m.judged and not m.broken then
      if m.due ~= m.was_due then note(due, no_due, m.due > 0 and digits(m.due), m.id) end
      local is = m.announced ~= m.was_announced and above(m.announced)
      if m.announced ~= m.was_announced and is ~= above(m.was_announced) then note(up, no_up, is and 0, m.id) end
    end
  end
  for _, command in ipairs({due, no_due, up, no_up}) do
    if #command > 2 then call(unpack(command)) end
  end
end

-- An entry's id is made of the epoch and a counter, not of a clock: one that came again after a
-- failover would name another entry to whoever trims.
local function write_news(m, sent)
  local history, before_it = stem .. 'h:' .. m.id, digits(epoch) .. '-'
  for i = 1, #m.news do
    sent = sent + 1
    local added = redis.pcall('XADD', outbox_key, before_it .. digits(sent), 'l', m.news[i])
    if type(added) == 'table' and added.err then -- somebody has put in an entry of his own, with an id above ours
      call('XADD', outbox_key, '*', 'l', m.news[i])
    end
  end
  if #m.news == 0 then return sent end
  call('RPUSH', history, unpack(m.news))
  if m.told + #m.news > max_history then call('LTRIM', history, -max_history, -1) end
  return sent
end

-- write_members writes those that are whole behind what is in fields, and returns how many announcements the outbox ever had.
local function write_members(members, fields, sent)
  for i = 1, #members do
    local m = members[i]
    if not m.broken then
      for j = 1, #m.ops do call(unpack(m.ops[j])) end
      for key, ms in pairs(m.kept) do call('PEXPIRE', key, ms) end
      if m.changed then
        fields[#fields + 1], fields[#fields + 2] = m.id, pack_state(m)
        sent = write_news(m, sent)
      end
    end
  end
  if #fields > 2 then call(unpack(fields)) end
  write_timers(members)
  return sent
end
