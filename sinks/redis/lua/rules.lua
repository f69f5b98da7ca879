-- rules: what the caller says of the rules, the calendar and the present, as one argument:
--   now, month, keep, tag, history, outbox, levels, ruleset, (orders, name) of each level, start of each month that follows.
-- A month is a number of months since the year 0. starts are those of the keep + 1 months behind the
-- present one: where what counts now ceases to.
local now, this_month, keep, tag, max_history, max_outbox, levels, ruleset, at = struct.unpack('<dI2I2I4I4I4I2I2c0', ARGV[1])
local names, thresholds, crossing, starts = {}, {}, {}, {}
for rank = 0, levels - 1 do
  thresholds[rank], names[rank], at = struct.unpack('<I4I2c0', ARGV[1], at)
  if rank > 0 then crossing[thresholds[rank]] = true end
end
for n = 1, keep + 1 do
  starts[this_month + n], at = struct.unpack('<d', ARGV[1], at)
end
local month_ms = 31 * 86400000 -- at least a month
at = 2 -- the first argument that is not of these

local function rank_of(orders)
  local rank = levels - 1
  while rank > 0 and orders < thresholds[rank] do rank = rank - 1 end
  return rank
end

local function rank_named(name)
  for rank = 0, levels - 1 do
    if names[rank] == name then return rank end
  end
  return 0
end
