-- orders: what an order does to a member. Everything is read and decided here, and kept as commands in m.ops.
-- A verdict is a letter: s stored, d counted already, v void, o too many, x too old.
local whole_month = 4194304 -- more seconds than a month has: a place in time is month * this + second
local tombstone = -1 -- and, of one that this call has set, a month in m.buried

local max_orders, orders_cause, replaying -- of apply

-- add_op adds to the last command where it is of the same name and key. A field without a value is one argument.
local function add_op(m, name, key, field, value)
  local ops = m.ops
  if ops == none then
    m.ops = {{name, key, field, value}}
    return
  end
  local last = ops[#ops]
  if last[1] == name and last[2] == key then
    local n = #last
    last[n + 1], last[n + 2] = field, value
  else
    ops[#ops + 1] = {name, key, field, value}
  end
end

-- far is a month of which the masks know nothing.
local function far(m, month) return m.newest - month > 15 end

-- expire lets a month's key go when no event of that month is taken any more: fourteen months after its end, or a little
-- later. It stands behind a command that makes the key.
local function expire(m, key, month)
  m.ops[#m.ops + 1] = {'PEXPIRE', key, digits((month - this_month + 15) * month_ms)}
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
  if seen then return floor(seen / whole_month), seen % whole_month end
  if found then return month, tonumber(found) end
  if void_month(m, id, d) then return tombstone end
  return locate(m, id, d, month)
end

local function counts_now(month) return month >= this_month - keep and month <= this_month + 1 end

local function take_out(m, id, month)
  m.counts[month] = count(m, month) - 1
  add_op(m, 'HDEL', orders_key(m, month), id)
end

local function see(m, id, what)
  if m.seen == none then m.seen = {} end
  m.seen[id] = what
end

-- complete counts an order.
local function complete(m, month, key, id, second, found)
  if found == second and m.seen == none then return 'd' end
  if far(m, month) then return 'x' end
  local d = tonumber(id)
  local was, was_second = place(m, id, d, month, found)
  if m.broken then return 'w' end
  if was == tombstone then return 'v' end
  if was == month then
    if tonumber(second) < was_second then
      add_op(m, 'HSET', key, id, second)
      see(m, id, month * whole_month + tonumber(second))
    end
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
  m.counts[month], m.orders, m.changed = n + 1, mark(m.orders, m.newest - month), true
  see(m, id, month * whole_month + tonumber(second))
  bound_order(m, month, d)
  add_op(m, 'HSET', key, id, second)
  if n == 0 then expire(m, key, month) end
  if crosses then follow(m, timely, orders_cause, id) end
  return 's'
end

-- complete_run counts orders of one month. What is most common is done here: new orders of the newest month, whose ids
-- ascend and are above all bounds, and which change no level. The first other one, and all behind it, go the long way;
-- so do, of a member with more than this run, those of the runs that follow.
local function complete_run(m, month, n, last, out)
  local key, first = orders_key(m, month), at
  at = at + 2 * n
  local found = ask(m, 'HMGET', key, unpack(ARGV, first, first + n - 1)) or none
  local short = month == m.newest and m.seen == none and not m.broken and has(m, m.orders, month) and m.tag == tag
  local orders, top, op = false, -1, nil
  local function leave()
    short = false
    if op then
      for i = 3, #op, 2 do see(m, op[i], month * whole_month + tonumber(op[i + 1])) end
    end
  end
  for i = first, first + n - 1 do
    local id, second, there = ARGV[i], ARGV[i + n], found[i - first + 1]
    local d = short and not there and tonumber(id)
    if d and d > top and d > m.hi_old and d > m.hi_void then
      orders = orders or count(m, month)
      if orders == 0 or orders >= max_orders or crossing[orders + 1] then d = false end
    else
      d = false
    end
    if d then
      orders, top = orders + 1, d
      m.counts[month] = orders
      bound_order(m, month, d)
      if op then
        local size = #op
        op[size + 1], op[size + 2] = id, second
      else
        op = {'HSET', key, id, second}
        if m.ops == none then m.ops = {op} else m.ops[#m.ops + 1] = op end
      end
      out(m, 's')
    elseif there == second and m.seen == none then
      out(m, 'd')
    else
      if short then leave() end
      out(m, m.broken and 'w' or complete(m, month, key, id, second, there))
    end
  end
  if short and not last then leave() end
end

-- bury leaves a tombstone in a month.
local function bury(m, id, d, month, key)
  reach(m, month)
  see(m, id, tombstone)
  if m.buried == none then m.buried = {} end
  m.buried[id], m.changed = month, true
  add_op(m, 'SADD', key, id)
  expire(m, key, month) -- always: a set whose last tombstone moved on is made anew
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
  local n = was and count(m, was)
  local crosses = was and crossing[n] and counts_now(was)
  local timely = was and before(m, crosses)
  bury(m, id, d, month, key)
  if was then take_out(m, id, was) end
  if crosses then follow(m, timely, orders_cause, id) end
  return 's'
end
