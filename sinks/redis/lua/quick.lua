-- quick: what is most common is done without making a member of the state: orders of one month, which a member has
-- already, or which are new, of the newest month, with ids that ascend and are above all bounds but the last, and which
-- change no level. It does as the long way of orders does, or nothing.
local verdicts, given = {}, 0 -- of all events: letters, and how many
local quick_ops = {} -- commands that write what was decided here
local quick_format = '<BI4dI4ddddI2I2'

-- quick_limits is which ids are new and need no look into other months, above from and up to hi, and how many orders
-- there are; nil for a member of whom more must be known.
local function quick_limits(text, key, month)
  local _, _, _, tag_, _, hi, hi_old, hi_void, newest, orders = struct.unpack(quick_format, text)
  if month ~= newest or orders % 2 == 0 or tag_ ~= tag then return nil end
  local n = redis.pcall('HLEN', key)
  if type(n) ~= 'number' or n == 0 then return nil end
  return hi_old > hi_void and hi_old or hi_void, hi, n
end

-- quick_run answers false when the long way has to be gone.
local function quick_run(id, text, month, n)
  if not text or string.byte(text, 1) ~= form or #text < shortest then return false end
  if replaying then
    local _, _, said = struct.unpack('<BI4d', text)
    if said < epoch then return false end
  end
  local first, key = at, stem .. 'o:' .. id .. digits_of_month(month)
  local found
  if n == 1 then
    found = redis.pcall('HGET', key, ARGV[first])
  else
    found = redis.pcall('HMGET', key, unpack(ARGV, first, first + n - 1))
  end
  if type(found) == 'table' and found.err then return false end
  local from, hi, orders, op
  for i = 0, n - 1 do
    local order, second, there = ARGV[first + i], ARGV[first + n + i], found
    if n > 1 then there = found[i + 1] end
    if there == second then
      verdicts[given + i + 1] = 'd'
    else
      if there then return false end
      if not from then
        from, hi, orders = quick_limits(text, key, month)
        if not from then return false end
      end
      local d = tonumber(order)
      orders = orders + 1
      if d <= from or d > hi or orders > max_orders or crossing[orders] then return false end
      from = d
      if op then
        op[#op + 1] = order
        op[#op + 1] = second
      else
        op = {'HSET', key, order, second}
      end
      verdicts[given + i + 1] = 's'
    end
  end
  if op then quick_ops[#quick_ops + 1] = op end
  given, at = given + n, first + 2 * n
  return true
end
