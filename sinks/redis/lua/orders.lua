-- orders: what an order does to a member. Everything is read and decided here, and kept as commands in m.ops.
-- A verdict is a letter: s stored, d counted already, v void, o too many, x too old.
local whole_month = 4194304 -- more seconds than a month has: a place in time is month * this + second
local tombstone = -1 -- and, of one that this call has set, a month in m.buried

local max_orders, orders_cause -- of apply

-- add_op adds to the last command where it is of the same name and key.
local function add_op(m, name, key, field, value)
  local last = m.ops[#m.ops]
  if last and last[1] == name and last[2] == key then
    local n = #last
    last[n + 1], last[n + 2] = field, value -- a field without a value is one argument
  else
    m.ops[#m.ops + 1] = {name, key, field, value}
  end
end

-- far is a month of which the masks know nothing.
local function far(m, month) return m.newest - month > 15 end

-- expire lets a month's key go when no event of that month is taken any more: fourteen months after its end, or a little later.
local function expire(m, key, month)
  m.ops[#m.ops + 1] = {'PEXPIREAT', key, digits(now + (month - this_month + 15) * month_ms)}
end

-- locate is where an order counts: its month and second.
local function locate(m, id, d, but)
  for back = 0, 15 do
    if d > (back == 0 and m.hi or m.hi_old) then return nil end
    local month = m.newest - back
    if month ~= but and has(m, m.orders, month) then
      local second = ask(m, 'HGET', orders_key(m, month), id)
      if second then return month, tonumber(second) end
      if m.broken then return nil end
    end
  end
end

-- void_month is the month that keeps an order's tombstone.
local function void_month(m, id, d)
  if m.voids == 0 or d > m.hi_void then return nil end
  for back = 0, 15 do
    if band(rshift(m.voids, back), 1) == 1 and ask(m, 'SISMEMBER', voids_key(m, m.newest - back), id) == 1 then return m.newest - back end
  end
end

-- place is where an order counts as far as this call has come, or the tombstone.
local function place(m, id, d, month, found)
  local seen = m.seen[id]
  if seen == tombstone then return tombstone end
  if seen then return math.floor(seen / whole_month), seen % whole_month end
  if found then return month, tonumber(found) end
  if void_month(m, id, d) then return tombstone end
  return locate(m, id, d, month)
end

local function counts_now(month) return month >= this_month - keep and month <= this_month + 1 end

local function take_out(m, id, month)
  m.counts[month] = count(m, month) - 1
  add_op(m, 'HDEL', orders_key(m, month), id)
end

local function complete(m, month, key, id, second, found)
  if far(m, month) then return 'x' end
  local d = tonumber(id)
  local was, was_second = place(m, id, d, month, found)
  if was == tombstone then return 'v' end
  if was == month then
    if tonumber(second) < was_second then
      add_op(m, 'HSET', key, id, second)
      m.seen[id] = month * whole_month + tonumber(second)
    end
    return 'd'
  end
  if was and was < month then return 'd' end
  local n = count(m, month)
  if n >= max_orders then return 'o' end
  if m.broken then return 'w' end
  if not settled(m) then judge(m, nil, '') end
  if was then take_out(m, id, was) end
  reach(m, month)
  m.counts[month], m.changed = n + 1, true
  m.seen[id] = month * whole_month + tonumber(second)
  m.orders = mark(m.orders, m.newest - month)
  if d > m.hi then m.hi = d end
  if month < m.newest and d > m.hi_old then m.hi_old = d end
  add_op(m, 'HSET', key, id, second)
  if n == 0 then expire(m, key, month) end
  if was or (crossing[n + 1] and counts_now(month)) then judge(m, orders_cause, id) end
  return 's'
end

-- bury leaves a tombstone in a month.
local function bury(m, id, d, month, key)
  reach(m, month)
  m.seen[id], m.buried[id], m.changed = tombstone, month, true
  add_op(m, 'SADD', key, id)
  if not has(m, m.voids, month) then expire(m, key, month) end
  m.voids = mark(m.voids, m.newest - month)
  if d > m.hi_void then m.hi_void = d end
end

-- void answers v as well when the tombstone is only kept for longer: by the latest month in which it was said.
local function void(m, month, key, id)
  if far(m, month) then return 'x' end
  local d = tonumber(id)
  local kept = m.buried[id]
  if not kept and ask(m, 'SISMEMBER', key, id) == 1 then kept = month end
  kept = kept or void_month(m, id, d)
  if m.broken then return 'w' end
  if kept then
    if kept < month then
      add_op(m, 'SREM', voids_key(m, kept), id)
      bury(m, id, d, month, key)
    end
    return 'v'
  end
  local was = place(m, id, d)
  if m.broken then return 'w' end
  if was and not settled(m) then judge(m, nil, '') end
  bury(m, id, d, month, key)
  if was then
    local n = count(m, was)
    take_out(m, id, was)
    if crossing[n] and counts_now(was) then judge(m, orders_cause, id) end
  end
  return 's'
end
