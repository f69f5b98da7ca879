-- orders: what an order does to a member. Everything is read and decided here.
-- A verdict is a letter: s stored, d counted already, v void, o too many, x too old.

-- far is a month of which the masks know nothing.
local function far(m, month) return m.newest - month > 15 end

-- locate is where an order counts, by the keys of months but one: its month and second.
local function locate(m, id, but)
  for back = 0, 15 do
    local month = m.newest - back
    if month ~= but and has(m, m.orders, month) then
      local second = ask(m, 'HGET', orders_key(m, month), id)
      if second then return month, second_of(m, second) end
      if m.broken then return nil end
    end
  end
end

-- void_month is the month that keeps an order's tombstone.
local function void_month(m, id)
  if m.voids == 0 then return nil end
  local name = decimal(id)
  for back = 0, 15 do
    if band(rshift(m.voids, back), 1) == 1 and ask(m, 'SISMEMBER', voids_key(m, m.newest - back), name) == 1 then return m.newest - back end
  end
end

-- place is where an order counts as far as this call has come, or the tombstone. found is what the key of the month but
-- has of it.
local function place(m, id, but, found)
  local seen = m.seen[id]
  if seen == tombstone then return tombstone end
  if seen then return floor(seen / whole_month), seen % whole_month end
  local at = stands_at(m, id)
  if at then return m.newest, second_of(m, sub(m.records, at + 8, at + 11)) end
  if found then return but, second_of(m, found) end
  if number_of(id) > m.past then return nil end
  if void_month(m, id) then return tombstone end
  return locate(m, id, but)
end

local function counts_now(month) return month >= this_month - keep and month <= this_month + 1 end

local function take_out(m, id, month)
  m.counts[month] = count(m, month) - 1
  local at = month == m.newest and stands_at(m, id)
  if at then
    m.records, m.changed = sub(m.records, 1, at - 1) .. sub(m.records, at + record), true
  else
    add_op(m, 'HDEL', orders_key(m, month), id)
  end
end

-- sooner gives an order that counts already the second of a month that is before the one it has.
local function sooner(m, month, id, second)
  local at = month == m.newest and stands_at(m, id)
  if at then
    m.records, m.changed = sub(m.records, 1, at + 7) .. second .. sub(m.records, at + record), true
  else
    put_away(m, month, id, second)
  end
end

-- complete counts an order. found is what the month's key has of it, where it was asked for.
local function complete(m, month, id, second, asked, found)
  if far(m, month) then return 'x' end
  local was, was_second = place(m, id, asked and month, found)
  if m.broken then return 'w' end
  if was == tombstone then return 'v' end
  if was == month then
    if second_of(m, second) < was_second then sooner(m, month, id, second) end
    return 'd'
  end
  if was and was < month then return 'd' end
  local n = count(m, month)
  if m.broken then return 'w' end
  if n >= max_orders then return 'o' end
  local crosses = was or (crossing[n + 1] and counts_now(month))
  local timely = before(m, crosses)
  if was then take_out(m, id, was) end
  reach(m, month)
  m.counts[month] = n + 1
  put(m, month, id, second)
  if crosses then follow(m, timely, orders_cause, decimal(id)) end
  return 's'
end

-- complete_run counts orders of one month. Those of a key that may have some of them are asked for at once.
local function complete_run(m, month, text, out)
  local found, asked = none, has(m, m.orders, month) and number_of(sub(text, 1, 8)) <= m.past
  if asked then
    local ids = {}
    for i = 1, #text, record do ids[#ids + 1] = sub(text, i, i + 7) end
    found = ask(m, 'HMGET', orders_key(m, month), unpack(ids)) or none
  end
  for i = 1, #text, record do
    local id, second, there = sub(text, i, i + 7), sub(text, i + 8, i + 11), found[(i - 1) / record + 1]
    if there == second and m.seen == none then
      out(m, 'd')
    else
      out(m, m.broken and 'w' or complete(m, month, id, second, asked, there))
    end
  end
end

-- bury leaves a tombstone in a month.
local function bury(m, id, month, key)
  reach(m, month)
  see(m, id, tombstone)
  if m.buried == none then m.buried = {} end
  m.buried[id], m.changed = month, true
  add_op(m, 'SADD', key, decimal(id))
  expire(m, key, month) -- always: a set whose last tombstone moved on is made anew
  m.voids = mark(m.voids, m.newest - month)
  bound(m, id)
end

-- void answers v as well when the tombstone is only kept for longer: by the latest month in which it was said.
local function void(m, month, id)
  if far(m, month) then return 'x' end
  local key, kept = voids_key(m, month), m.buried[id]
  if not kept and ask(m, 'SISMEMBER', key, decimal(id)) == 1 then kept = month end
  if not kept and number_of(id) <= m.past then kept = void_month(m, id) end
  if m.broken then return 'w' end
  if kept then
    if kept < month then
      add_op(m, 'SREM', voids_key(m, kept), decimal(id))
      bury(m, id, month, key)
    end
    return 'v'
  end
  local was = place(m, id)
  if m.broken then return 'w' end
  local n = was and count(m, was)
  local crosses = was and crossing[n] and counts_now(was)
  local timely = was and before(m, crosses)
  bury(m, id, month, key)
  if was then take_out(m, id, was) end
  if crosses then follow(m, timely, orders_cause, decimal(id)) end
  return 's'
end
