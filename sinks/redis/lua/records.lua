-- records: where orders are put, and how they move from a member's state to the keys of months. Nothing is written here:
-- commands are kept in m.ops, and in m.kept how long a key of a month stays.
local whole_month = 4194304 -- more seconds than a month has: a place in time is month * this + second
local tombstone = -1 -- and, of one that this call has set, a month in m.buried

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

-- expire lets a month's key go when no event of that month is taken any more: fourteen months after its end, or a little
-- later.
local function expire(m, key, month)
  if m.kept == none then m.kept = {} end
  m.kept[key] = digits((month - this_month + 15) * month_ms)
end

local function see(m, id, what)
  if m.seen == none then m.seen = {} end
  m.seen[id] = what
end

local function number_of(id) return (struct_unpack('<I8', id)) end

local function second_of(m, bytes)
  if #bytes == 4 then return (struct_unpack('<I4', bytes)) end
  m.broken = true
  return 0
end

local function bound(m, id)
  local d = number_of(id)
  if d > m.past then m.past = d end
end

-- stands_at is where in the records an order is.
local function stands_at(m, id)
  local at = find(m.records, id, 1, true)
  while at and at % record ~= 1 do at = find(m.records, id, at + 1, true) end
  return at
end

-- put_away puts an order into the hash of its month.
local function put_away(m, month, id, second)
  local key = orders_key(m, month)
  if not has(m, m.orders, month) then
    ask(m, 'HLEN', key)
    m.orders = mark(m.orders, m.newest - month)
  end
  add_op(m, 'HSET', key, id, second)
  see(m, id, month * whole_month + second_of(m, second))
  bound(m, id)
  expire(m, key, month)
  m.changed = true
end

-- spill moves the records to the hash of their month.
local function spill(m)
  local text, month = m.records, m.newest
  if text == '' then return end
  count(m, month) -- while it can be told
  for i = 1, #text, record do put_away(m, month, sub(text, i, i + 7), sub(text, i + 8, i + 11)) end
  m.records = ''
end

-- reach makes a month one that the masks have room for.
local function reach(m, month)
  local ahead = month - m.newest
  if ahead <= 0 then return end
  if m.newest > 0 and ahead < 16 then
    spill(m)
    m.orders, m.voids = band(lshift(m.orders, ahead), 65535), band(lshift(m.voids, ahead), 65535)
  else
    m.orders, m.voids, m.records = 0, 0, ''
  end
  m.newest = month
end

-- put makes an order count. Its month is within reach.
local function put(m, month, id, second)
  if month < m.newest then return put_away(m, month, id, second) end
  m.records, m.changed = m.records .. id .. second, true
end
